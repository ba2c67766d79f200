/** An input: a path, a `file:` URL, a document with its name, or a document as `JSON.parse` or the AWS SDK gives it. */
export type Input = string | URL | Document | object;

/** A problem with a request: `code` is stable and the same in Rust, Python and Node. */
export interface WinpodError extends Error {
  /** The stable name of the reason, such as `UNKNOWN_TYPE`. */
  code: string;
}

/** A step of long work. */
export interface Progress {
  /** What is being done. */
  step: string;
  /** Units done. */
  done: number;
  /** Units in all; 0 if that is not known. */
  total: number;
}

/** Options whose files may be URLs and whose documents may be parsed. */
type WithFiles<T> = Omit<T, "paths" | "documents"> & {
  /** Files and directories. */
  paths?: Iterable<string | URL> | undefined;
  /** Documents, with their names or parsed. */
  documents?: Iterable<Document | object> | undefined;
};

/** How to plan. */
export type PlanOptions = Omit<PlanRequest, "paths" | "documents">;

/** How work off the main thread tells where it is, and how it is stopped. */
export interface AsyncOptions {
  /** Stops the work; the promise is rejected with code `STOPPED`, name `AbortError` and the signal's reason as `cause`. */
  signal?: AbortSignal | undefined;
  /** Told now and then how far the work is; steps may be left out. If it throws, the work stops with that error. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How to plan off the main thread. */
export interface PlanAsyncOptions extends PlanOptions, AsyncOptions {}

/**
 * Answers a request of any operation by its name; all other functions are shorter ways to say this.
 *
 * @throws {WinpodError} code `UNKNOWN_OPERATION`, `REQUEST` for a request of another shape, or the operation's own.
 * @example
 * call("overlaps", { a: "10.0.0.0/16", b: "10.0.8.0/24" }); // { overlaps: true }
 */
export declare function call<Name extends keyof Operations>(
  operation: Name,
  request: Operations[Name]["request"],
): Operations[Name]["answer"];

/**
 * {@about plan}
 *
 * Works off the main thread. What is wrong with the files is in the answer.
 *
 * @throws {WinpodError} rejects with code `REQUEST` without any input, `CONFIG_KEY` for an unknown key in `set`, `STOPPED`.
 * @example
 * const answer = await plan("cluster/", { signal: AbortSignal.timeout(5_000) });
 * answer.verdict; // "fits", "does-not-fit" or "unknown"
 */
export declare function plan(inputs: Input | Iterable<Input>, options?: PlanAsyncOptions): Promise<Plan>;

/** As `plan`, on this thread. */
export declare function planSync(inputs: Input | Iterable<Input>, options?: PlanOptions): Plan;

/** A file that a request needs besides its inputs: a path, a URL, a document, the bytes of its text, or parsed. */
export type GivenInput = string | URL | Document | Uint8Array | object;

/** How to check. */
export type CheckOptions = Omit<CheckRequest, "paths" | "documents" | "config" | "baseline"> & {
  /** A `.winpod.toml`: rules, their severities, and what is known and left out. None is looked for. */
  config?: GivenInput | null | undefined;
  /** An earlier answer of `check`; what it has is not told again. */
  baseline?: GivenInput | null | undefined;
};

/** How to check off the main thread. */
export type CheckAsyncOptions = CheckOptions & AsyncOptions;

/**
 * {@about check}
 *
 * Works off the main thread. A file that cannot be used is a finding of the rule `PARSE`.
 *
 * @throws {WinpodError} rejects with code `REQUEST` without any input, `DATE`, `SEVERITY`, `CONFIG`, `BASELINE`,
 * `UNREADABLE`, `STOPPED`.
 * @example
 * const { findings, summary } = await check("cluster/", { date: "2026-11-22", config: ".winpod.toml" });
 * summary.fails; // whether one is as bad as failOn or worse
 * await check("cluster/", { failOn: "never" }); // rejects with SEVERITY
 */
export declare function check(inputs: Input | Iterable<Input>, options?: CheckAsyncOptions): Promise<CheckAnswer>;

/** As `check`, on this thread. */
export declare function checkSync(inputs: Input | Iterable<Input>, options?: CheckOptions): CheckAnswer;

/**
 * {@about checkSarif}
 *
 * @throws {WinpodError} as `check`.
 * @example
 * writeFileSync("winpod.sarif", checkSarif("cluster/").log);
 */
export declare function checkSarif(inputs: Input | Iterable<Input>, options?: CheckOptions): Sarif;

/**
 * {@about rules}
 *
 * @throws {WinpodError} code `UNKNOWN_RULE`, with a suggestion for a misspelt id.
 * @example
 * rules("CLU-002")[0].remedy; // what to do
 */
export declare function rules(ids?: string | Iterable<string>): RuleRow[];

/** What happens in a scenario, and what is around. */
export type SimulateOptions = Omit<SimulateRequest, "paths" | "documents">;

/** What happens in a scenario that is played off the main thread. */
export interface SimulateAsyncOptions extends SimulateOptions, AsyncOptions {}

/**
 * {@about simulate}
 *
 * Works off the main thread. What is wrong with the files is in the answer. The same seed gives the same answer everywhere.
 *
 * @throws {WinpodError} rejects with code `REQUEST` without any input, for an unknown name and for what has no meaning in the
 * scenario, `CONFIG_KEY`, `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`, `UNKNOWN_GROUP`, `GROUP_MAXIMUM`, `NODES_UNKNOWN`,
 * `NOTHING_TO_SIMULATE`, `ONLY_ZONE`, `TOO_MUCH`, `STOPPED`.
 * @example
 * const answer = await simulate("cluster/", { scenario: "scale-out", seed: 7 });
 * answer.summary.firstFailure?.message; // when and why it fails
 * await simulate("cluster/", { scenario: "scale-out", nodes: 1e12 }); // rejects with OUT_OF_RANGE
 */
export declare function simulate(
  inputs: Input | Iterable<Input>,
  options: SimulateAsyncOptions,
): Promise<Simulation>;

/** As `simulate`, on this thread. */
export declare function simulateSync(inputs: Input | Iterable<Input>, options: SimulateOptions): Simulation;

/** What the new groups are to have. */
export type MigrationOptions = Omit<MigrationRequest, "paths" | "documents">;

/**
 * {@about migration}
 *
 * @throws {WinpodError} code `REQUEST` without any input, `CONFIG_KEY`, `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`.
 * @example
 * migration("cluster/", { set: { "warm-ip-target": "1" } }).verdict; // "yes", "unknown" or "no"
 * migration("cluster/", { nauQuota: 0 }); // throws OUT_OF_RANGE
 */
export declare function migration(inputs: Input | Iterable<Input>, options?: MigrationOptions): Migration;

/** What to explain besides the inputs. */
export type ExplainOptions = Pick<ExplainRequest, "text">;

/** What to explain besides the inputs, off the main thread. */
export interface ExplainAsyncOptions extends ExplainOptions {
  /** Stops the work; the promise is rejected with code `STOPPED`, name `AbortError` and the signal's reason as `cause`. */
  signal?: AbortSignal | undefined;
  /** Told now and then how many bytes are read; steps may be left out. If it throws, the work stops with that error. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * {@about explain}
 *
 * A string is the path of a file or directory if that exists, and else the text itself; the option `text` is never taken
 * for a path. Files are logs of any length, lists of events and zips of the EKS log collector. The list is empty if
 * nothing is recognised; what could not be read is in the `problems` of each explanation. Works off the main thread.
 *
 * @throws {WinpodError} rejects with code `REQUEST` without any input, `STOPPED`; if nothing is recognised and an input
 * could not be read, `UNREADABLE`, `NOT_TEXT`, `JSON_TRUNCATED`, `TOO_LARGE`, `ZIP`, `ZIP_TOO_LARGE`, `DIRECTORY_TOO_DEEP`.
 * @example
 * const [first] = await explain("hcnCreateLoadBalancer failed in Win32: The specified port already exists.");
 * first.results[0].hex; // "0x803b0013"
 * await explain(undefined); // throws REQUEST
 */
export declare function explain(
  inputs: Input | Iterable<Input> | undefined,
  options?: ExplainAsyncOptions,
): Promise<Explanation[]>;

/** As `explain`, on this thread. */
export declare function explainSync(inputs: Input | Iterable<Input> | undefined, options?: ExplainOptions): Explanation[];

/**
 * {@about capacity}
 *
 * One name gives one answer, several give a list in their order.
 *
 * @throws {WinpodError} code `UNKNOWN_TYPE`, `IPAM_MODE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`.
 * @example
 * capacity("m5.large", { mode: "prefix-delegation" }).ipv4; // 144 addresses
 */
export declare function capacity(
  type: string,
  options?: Omit<WithFiles<CapacityRequest>, "types" | "limits">,
): Capacity;
export declare function capacity(
  types: Iterable<string> | undefined,
  options?: Omit<WithFiles<CapacityRequest>, "types">,
): Capacity[];

/**
 * {@about mixedCapacity}
 *
 * @throws {WinpodError} as `capacity`.
 * @example
 * mixedCapacity("m5.large", { mode: "prefix-delegation", stillUsed: 3 }).real; // 96 addresses
 */
export declare function mixedCapacity(
  instanceType: string | undefined,
  options: Omit<MixedCapacityRequest, "instanceType">,
): MixedCapacity;

/**
 * {@about types}
 *
 * @throws {WinpodError} code `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`, `EMPTY_RANGE`, `IPAM_MODE`, `WINDOWS_FILTER`, `SORT_KEY`.
 * @example
 * types({ vcpus: { exact: 4 }, families: ["m5"] })[0].instanceType; // "m5.xlarge"
 */
export declare function types(
  filters?: Omit<TypesRequest, "families"> & { families?: Iterable<string> | undefined },
): TypeRow[];

/**
 * {@about ipam}
 *
 * @throws {WinpodError} code `CONFIG_KEY`, `UNKNOWN_TYPE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `REQUEST`.
 * @example
 * ipam({ data: { "enable-windows-ipam": "true" } }).mode; // "secondary-ip"
 */
export declare function ipam(options?: WithFiles<IpamRequest>): Ipam;

/** What is known about a node, with files as URLs and excluded ranges as any iterable. */
export type DsrOptions = WithFiles<Omit<DsrRequest, "excluded">> & {
  /** Ranges excluded from the dynamic range, such as `50000-50059`. */
  excluded?: Iterable<string> | undefined;
};

/**
 * {@about dsr}
 *
 * @throws {WinpodError} code `REQUEST` with nothing given, `WINDOWS_BUILD`, `HNS_VERSION`, `KUBERNETES_VERSION`, `PORT_RANGE`,
 * `UNKNOWN_NAME`, `UNKNOWN_NODE`, `TWO_NODES`, `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`.
 * @example
 * const answer = dsr({ osBuild: "17763.1935", kubernetes: "1.31", extraArgs: "", services: 150, portsPerService: 2 });
 * answer.verdict; // "off"
 * answer.ports?.tcp.verdict; // "exhausted"
 * dsr({ osBuild: "Windows" }); // throws WINDOWS_BUILD
 */
export declare function dsr(options: DsrOptions): Dsr;

/** Which node, where files have the pods of several. */
export type TopologyOptions = Omit<TopologyRequest, "paths" | "documents">;

/**
 * {@about topology}
 *
 * Inputs are what HNS lists on one node (`Get-HnsNetwork`, `Get-HnsEndpoint`, `Get-HnsPolicyList`, or what `hnsdiag` and HCN
 * print), and perhaps its pods, Services, EndpointSlices, the node and its network interfaces.
 *
 * @throws {WinpodError} code `REQUEST` without any input, `UNKNOWN_NODE`, `TWO_NODES`.
 * @example
 * const answer = topology(["networks.json", "endpoints.json", "policies.json", "pods.json"]);
 * answer.verdict; // "consistent", "contradictory" or "unknown"
 * answer.policies.filter((policy) => policy.missingBackends > 0); // lead to endpoints that are gone
 * topology([]); // throws REQUEST
 */
export declare function topology(inputs: Input | Iterable<Input>, options?: TopologyOptions): Topology;

/** The release of Windows Server of the node, or its build. */
export type BaseImageOptions = Omit<BaseImageRequest, "image">;

/**
 * {@about baseImage}
 *
 * @throws {WinpodError} code `REQUEST`, `UNKNOWN_NAME`, `WINDOWS_BUILD`.
 * @example
 * baseImage("mcr.microsoft.com/windows/servercore:ltsc2019", { release: "2022" }).runs; // "no"
 * baseImage(""); // throws REQUEST
 */
export declare function baseImage(image: string, options?: BaseImageOptions): BaseImage;

/** What to write. */
export type RenderOptions = Omit<RenderRequest, "kind" | "paths" | "documents">;

/**
 * {@about render}
 *
 * Inputs are the cluster as people have it, or nothing: the options count before them.
 *
 * @throws {WinpodError} code `UNKNOWN_KIND`, `NAME` for a name that its owner would refuse, `REQUEST` where something is missing
 * that the kind needs, `UNKNOWN_TYPE`, `IPAM_MODE`, `CONFIG_KEY`, `KUBERNETES_VERSION`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`.
 * @example
 * render("configmap", undefined, { mode: "prefix-delegation" }).artefacts[0].text; // the ConfigMap as YAML
 * render("config"); // throws UNKNOWN_KIND: did you mean configmap?
 */
export declare function render(kind: string, inputs?: Input | Iterable<Input>, options?: RenderOptions): Rendered;

/**
 * {@about prefix}
 *
 * @throws {WinpodError} code `PREFIX_SYNTAX`, `PREFIX_LENGTH`, `PREFIX_LENGTH_MISSING`, `HOST_BITS_SET`.
 * @example
 * prefix("192.0.2.0/24").addressCount; // 256
 */
export declare function prefix(prefix: string): Prefix;

/**
 * {@about contains}
 *
 * @throws {WinpodError} as `prefix`, and `ADDRESS_SYNTAX`.
 * @example
 * contains("192.0.2.0/24", { addresses: ["192.0.2.1", "198.51.100.1"] }).contains; // [true, false]
 */
export declare function contains(
  prefix: string,
  options?: { addresses?: Iterable<string> | undefined; prefixes?: Iterable<string> | undefined },
): Contains;

/**
 * {@about overlaps}
 *
 * @throws {WinpodError} as `prefix`.
 * @example
 * overlaps("10.0.0.0/16", "10.0.8.0/24").overlaps; // true
 */
export declare function overlaps(a: string, b: string): Overlaps;

/**
 * {@about supernet} Without a length, the one of twice its size.
 *
 * @throws {WinpodError} as `prefix`.
 * @example
 * supernet("192.0.2.0/24", 16).prefix; // "192.0.0.0/16"
 */
export declare function supernet(prefix: string, prefixLength?: number): Supernet;

/**
 * {@about subnets} Without a length, its halves.
 *
 * @throws {WinpodError} as `prefix`, and `SUBNETS_LENGTH`.
 * @example
 * subnets("192.0.2.0/24", 25).prefixes; // ["192.0.2.0/25", "192.0.2.128/25"]
 */
export declare function subnets(prefix: string, prefixLength?: number): Prefixes;

/**
 * {@about aggregate}
 *
 * @throws {WinpodError} as `prefix`.
 * @example
 * aggregate(["10.0.0.0/24", "10.0.1.0/24"]).prefixes; // ["10.0.0.0/23"]
 */
export declare function aggregate(prefixes: Iterable<string>): Prefixes;

/**
 * {@about subtract}
 *
 * @throws {WinpodError} as `prefix`.
 * @example
 * subtract(["192.0.2.0/24"], ["192.0.2.0/25"]).prefixes; // ["192.0.2.128/25"]
 */
export declare function subtract(prefixes: Iterable<string>, without: Iterable<string>): Prefixes;

/**
 * {@about range}
 *
 * @throws {WinpodError} code `ADDRESS_SYNTAX`, `RANGE_ORDER`.
 * @example
 * rangeToPrefixes("192.0.2.0", "192.0.2.2").prefixes; // ["192.0.2.0/31", "192.0.2.2/32"]
 */
export declare function rangeToPrefixes(first: string, last: string): Prefixes;

/** A subnet of a request: as `GivenSubnet`, with lists that may be anything iterable, or a `Subnet`. */
export type SubnetInput =
  | Subnet
  | (Omit<GivenSubnet, "used" | "reservations"> & {
      /** What is used in it: addresses and delegated prefixes, each perhaps with who holds it. */
      used?: Iterable<string> | undefined;
      /** Its CIDR reservations. */
      reservations?: Iterable<GivenReservation> | undefined;
    });

/** Options of an operation on subnets. */
type WithSubnets<T> = Omit<WithFiles<T>, "subnet" | "ids"> & {
  /** A subnet by its CIDR block and what is used in it. */
  subnet?: SubnetInput | null | undefined;
  /** Ids of the subnets to answer for; all if absent. */
  ids?: Iterable<string> | undefined;
};

/**
 * {@about subnetCensus}
 *
 * @throws {WinpodError} code `UNKNOWN_SUBNET`, `REQUEST`; for `subnet` as `Subnet`.
 * @example
 * subnetCensus({ subnet: { cidr: "10.0.8.0/24", used: ["10.0.8.20"] } }).subnets[0].freePrefixes; // 13
 * subnetCensus({ subnet: { cidr: "10.0.8.0/24", used: ["10.0.9.20"] } }); // throws ADDRESS_OUTSIDE_SUBNET
 */
export declare function subnetCensus(options: WithSubnets<CensusRequest>): Censuses;

/**
 * {@about subnetCure}
 *
 * @throws {WinpodError} as `subnetCensus`, and `CURE_BY`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`.
 * @example
 * subnetCure({ subnet: { cidr: "10.0.8.0/24", used: ["10.0.8.20 i-1"] } }).subnets[0].drain[0].id; // "i-1"
 * subnetCure({ subnet: { cidr: "10.0.8.0/24" }, by: "pod" }); // throws CURE_BY
 */
export declare function subnetCure(options: WithSubnets<CureRequest>): Cures;

/**
 * {@about subnetReserve}
 *
 * @throws {WinpodError} as `subnetCensus`, and `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `CONFIG_KEY`.
 * @example
 * subnetReserve({ subnet: { cidr: "10.0.8.0/24" }, prefixes: 4 }).subnets[0].reservations; // ["10.0.8.64/26"]
 * subnetReserve({ subnet: { cidr: "10.0.8.0/24" } }); // throws REQUEST: not said for how many
 */
export declare function subnetReserve(options: WithSubnets<ReserveRequest>): Reservations;

/**
 * {@about subnetForecast}
 *
 * @throws {WinpodError} as `subnetCensus` and, for `targets`, `subnetSize`; `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`,
 *   `TOO_MANY`, `CONFIG_KEY`.
 * @example
 * subnetForecast({ subnet: { cidr: "10.0.8.0/24" }, more: [25] }).subnets[0].expected[0].expectedFreePrefixes; // 2.472
 * subnetForecast({ subnet: { cidr: "10.0.8.0/24" }, more: [-1] }); // throws OUT_OF_RANGE
 */
export declare function subnetForecast(
  options: Omit<WithSubnets<ForecastRequest>, "more"> & {
    /** Numbers of more single addresses; if absent those that are 1, 2, 5, 10, 20 and 30 % of the usable ones. */
    more?: Iterable<number> | undefined;
  },
): Forecasts;

/**
 * {@about subnetSize}
 *
 * @throws {WinpodError} code `UNKNOWN_TYPE`, `IPAM_MODE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`,
 *   `NO_PODS_PER_NODE`, `REQUEST`.
 * @example
 * subnetSize({ instanceType: "m5.large", pods: 100 }).prefixLength; // 25
 * subnetSize({ instanceType: "m5.large", pods: 100, nodes: 12 }); // throws REQUEST: pods or nodes, not both
 */
export declare function subnetSize(options: SizeRequest): Size;

/**
 * {@about subnetCarve}
 *
 * @throws {WinpodError} as `prefix`, and `VPC_SIZE`, `SUBNET_SIZE`, `VPC_OVERLAP`, `SUBNET_OVERLAP`, `SUBNET_OUTSIDE_VPC`,
 *   `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `UNKNOWN_VPC`, `REQUEST`; the code of a problem with a listing.
 * @example
 * subnetCarve({ vpc: ["10.0.0.0/16"], subnets: [{ prefixLength: 20 }] }).subnets[0].cidr; // "10.0.0.0/20"
 * subnetCarve({ vpc: ["10.0.0.0/16"], subnets: [{ prefixLength: 12 }] }); // throws OUT_OF_RANGE
 */
export declare function subnetCarve(
  options: Omit<WithFiles<CarveRequest>, "vpc" | "used" | "subnets"> & {
    /** The IPv4 blocks of the VPC; or a describe-vpcs listing among the files. */
    vpc?: Iterable<string> | undefined;
    /** The blocks of its subnets, beside those that a describe-subnets listing has. */
    used?: Iterable<string> | undefined;
    /** The subnets to make, placed in this order. */
    subnets?: Iterable<NewSubnet> | undefined;
  },
): Carve;

/** What is in a `Subnet` from the start. */
export interface SubnetOptions {
  /**
   * What is used: addresses and delegated /28 as text (`10.0.8.20`, `10.0.8.32/28`, with its holder `10.0.8.20 i-1`),
   * addresses as numbers; or the answer of DescribeNetworkInterfaces, its pages, or its `NetworkInterfaces`. Interfaces
   * of other subnets are left out.
   */
  used?: Iterable<string | number | object> | object | undefined;
  /**
   * CIDR reservations as `[type, cidr]` or `{ type, cidr }`; or the answer of GetSubnetCidrReservations, its pages, or its
   * `SubnetIpv4CidrReservations`, of which those of other subnets are left out.
   */
  reservations?: Iterable<readonly [string, string] | GivenReservation | object> | object | undefined;
  /** Whether the last /28 counts as one for prefixes, although nobody documents that EC2 hands it out. */
  countLastBlock?: boolean | undefined;
}

/**
 * One subnet with state: what is used in it, who holds it, and what is left. Each change is made wholly or not at all.
 *
 * Addresses are text or numbers. Host bits of `cidr` are taken away.
 *
 * @throws {WinpodError} code `PREFIX_SYNTAX`, `SUBNET_SIZE`, `ADDRESS_OUTSIDE_SUBNET`, `ADDRESS_ASSIGNED` and others of what
 *   lies in it; `LISTING_INCOMPLETE` for a listing with a NextToken; the code of a problem with a listing; `REQUEST`.
 * @example
 * const subnet = new Subnet("10.0.8.0/24", { used: ["10.0.8.20 i-1", "10.0.8.32/28"] });
 * subnet.freePrefixes; // 12
 * subnet.assign("10.0.8.20"); // throws ADDRESS_ASSIGNED: 10.0.8.20 is already assigned, held by i-1
 */
export declare class Subnet {
  constructor(cidr: string, options?: SubnetOptions);
  /** The IPv4 block. */
  readonly cidr: string;
  /** The id, if a listing told it. */
  readonly id: string | null;
  /** Addresses of the block. */
  readonly totalAddresses: number;
  /** All but the five that AWS reserves. */
  readonly usableAddresses: number;
  /** Addresses assigned, those of prefixes included. */
  readonly usedAddresses: number;
  /** Usable addresses that are not assigned, those inside reservations included. */
  readonly freeAddresses: number;
  /** Aligned /28 that EC2 can hand out as prefixes. */
  readonly freePrefixes: number;
  /** Whether the last /28 counts as one for prefixes. */
  readonly countsLastBlock: boolean;
  /** Assigns one address, to the interface or name `owner`. */
  assign(address: string | number, owner?: string): void;
  /** Assigns an aligned /28, to the interface or name `owner`. */
  assignPrefix(prefix: string, owner?: string): void;
  /** Releases an address that was assigned by itself. */
  release(address: string | number): void;
  /** Releases a prefix. */
  releasePrefix(prefix: string): void;
  /** Adds a CIDR reservation. */
  reserve(cidr: string, type: "prefix" | "explicit"): void;
  /** Tells who holds an address: the id of an interface, or the name that was given. */
  owner(address: string | number): string | null;
  /** Tells whether an address can be assigned: of this subnet, not reserved by AWS, not assigned. */
  isFree(address: string | number): boolean;
  /** Tells whether an address or a prefix lies in the block, assigned or not. */
  contains(address: string | number): boolean;
  /** Counts what is free and what is broken; with `map` the answer has a map of the blocks. */
  census(options?: { map?: boolean | undefined }): Census;
  /** Finds who spoils blocks, and the fewest to drain to win so many (1 if not given), as `subnetCure` does. */
  cure(prefixes?: number, options?: Pick<CureRequest, "by" | "includeManaged">): Cure;
  /** Proposes the CIDR reservations to make, so that there is room for so many prefixes, as `subnetReserve` does. */
  proposeReservations(prefixes: number, options?: Pick<ReserveRequest, "noSpareBlock">): SubnetReservations;
  /** Forecasts the free /28 after so many more single addresses, as `subnetForecast` does. */
  forecast(more?: Iterable<number>, options?: Pick<ForecastRequest, "prefixes">): SubnetForecast;
  /** A subnet of its own with the same state. */
  copy(): Subnet;
  /** Tells whether both have the same block, reservations, and the same assigned to the same holders. */
  equals(other: unknown): boolean;
  /** The subnet as requests have it: its block, what is used with the holders' names, and its reservations. */
  toJSON(): { cidr: string; used: string[]; reservations: GivenReservation[] };
}

/** A pool as told, whose lists may be anything iterable; or a `PoolState`. */
export type PoolOptions = Omit<GivenPool, "quirksOff" | "used" | "onEni" | "warm" | "cooling"> & {
  /**
   * Quirks of the controller that the pool does not show: `capacity-by-equality`, `emptied-group-stays`,
   * `no-prefix-before-first-job`, `lost-remainder`, `wrapping-targets`, `zero-warm-target`, `error-text-start`.
   */
  quirksOff?: Iterable<string> | undefined;
  /** Pods and their addresses. */
  used?: Iterable<GivenOwner> | undefined;
  /**
   * What the ENI holds when the controller starts: /28 prefixes, or addresses in secondary mode. What is not in `used` is
   * free, the lowest first; pods with other addresses are left out, as the controller does.
   */
  onEni?: Iterable<string> | undefined;
  /** Or the groups on the books of a pool as it stood. */
  warm?: Iterable<GivenGroup> | undefined;
  /** Addresses that cool down, in the order in which they were given back. */
  cooling?: Iterable<GivenCooling> | undefined;
};

/** Groups that a controller chose to give back; the lowest, if absent. */
export interface Releasing {
  releasing?: Iterable<string> | undefined;
}

/** What came of a job. */
export interface JobResult {
  /** The groups that were created, or that could not be deleted. */
  returned?: Iterable<string> | undefined;
  /** The text of EC2's error, if there was one. */
  error?: string | undefined;
  /** Or what the controller's provider told the pool: whether all went well. */
  succeeded?: boolean | undefined;
  /** And whether the subnet had a /28 left. */
  prefixAvailable?: boolean | undefined;
}

/**
 * The pool of one node in one mode, with state: it answers every operation as the VPC Resource Controller does.
 *
 * Each method is one step and gives what the controller answers, its errors included. The pool has no clock: times are
 * milliseconds that the caller counts. Where the controller leaves a choice to chance, the lowest address is taken. Each
 * change is made wholly or not at all.
 *
 * @throws {WinpodError} code `UNKNOWN_TYPE`, `IPV4_PER_ENI`, `IPAM_MODE`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `QUIRK`,
 *   `OWNER`, `OWNER_TWICE`, `GROUP_LENGTH`, `GROUP_TWICE`, `OUTSIDE_GROUP`, `ILLEGAL_CHOICE`, `CHOICE_COUNT`, those of
 *   addresses and prefixes, `TOO_MANY` for more than 16,384 addresses, `REQUEST`.
 * @example
 * const pool = new Pool({ instanceType: "m5.large", mode: "prefix-delegation" });
 * pool.assign("web-1").error; // "ErrInsufficientCidrBlocks"
 * const { job } = pool.reconcile(); // { kind: "create", count: 1, groups: [] }
 * pool.update(job, { returned: ["192.0.2.16/28"] });
 * pool.assign("web-1").address; // "192.0.2.16"
 * pool.update(job, { returned: ["192.0.2.0/27"] }); // throws GROUP_LENGTH
 */
export declare class Pool {
  constructor(options: PoolOptions | Pool);
  /** The mode: that of a type which is not Nitro is `secondary-ip`. */
  readonly mode: "secondary-ip" | "prefix-delegation";
  /** Addresses that the node can have, free and used ones together. */
  readonly capacity: number;
  /** Gives the pod `owner` the next address; with `group` from the group that a controller chose. */
  assign(owner: string, options?: { group?: string | undefined }): PoolStep;
  /** Takes the pod's address back, which cools down from `nowMs` on; the address that it has if not given. */
  free(owner: string, options: { nowMs: number; address?: string | undefined }): PoolStep;
  /** Makes free again what has cooled down by `nowMs`; `more` tells whether some are left. */
  coolDown(nowMs: number): PoolStep;
  /** Compares the pool with its targets; `job` is what it orders, or null. */
  reconcile(options?: Releasing): PoolStep;
  /** Takes what came of a job that `reconcile` ordered. */
  update(job: GivenJob | PoolJob, result?: JobResult): PoolStep;
  /** Brings the books in line with what the ENI holds, if the pool asked for it. */
  resync(onEni: Iterable<string>): PoolStep;
  /** Sets targets and reconciles. */
  activate(config: GivenConfig, options?: Releasing): PoolStep;
  /** Gives back what is free, now and whenever the pool reconciles. */
  drain(options?: Releasing): PoolStep;
  /** Tells what becomes of the pool when a node that worked in mode `was` works in mode `now`; changes nothing. */
  modeUpdate(was: "secondary-ip" | "prefix-delegation", now: "secondary-ip" | "prefix-delegation"): PoolStep;
  /** Lays the pool open: what the controller's introspection shows, and what it keeps to itself. `Pool` takes it again. */
  introspect(): PoolState;
  /** Counts the addresses of each kind. */
  counts(): PoolCounts;
  /** The targets in effect, after the pool's own rules and without what is mended. */
  targets(): Targets;
  /** The address of a pod. */
  addressOf(owner: string): string | null;
  /** A pool of its own with the same state. */
  copy(): Pool;
  /** Tells whether both have the same addresses with the same pods, and the same under way. */
  equals(other: unknown): boolean;
  /** The pool as requests have it. */
  toJSON(): PoolState;
}

/**
 * {@about pool}
 *
 * Without a pool the node has none. A `Pool` stays as it is.
 *
 * @throws {WinpodError} as `Pool`, and `POOL_STEP` for an unknown step, `TOO_MANY` for more than 10,000.
 * @example
 * const steps = [{ op: "assign", owner: "web-1" }];
 * pool({ instanceType: "m5.large", onEni: ["10.0.8.20"] }, steps).steps[0].address; // "10.0.8.20"
 * pool({ instanceType: "m5.large" }, [{ op: "assign" }]); // throws REQUEST: owner is missing
 */
export declare function pool(pool?: PoolOptions | Pool, steps?: Iterable<GivenStep>): PoolAnswer;

/**
 * {@about sources}
 *
 * One key gives one fact, several give a list in their order, none gives all.
 *
 * @throws {WinpodError} code `UNKNOWN_SOURCE`.
 */
export declare function sources(id: string): Source;
export declare function sources(ids?: Iterable<string>): Source[];
