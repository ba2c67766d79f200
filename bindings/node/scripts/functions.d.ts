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

/** How to plan off the main thread. */
export interface PlanAsyncOptions extends PlanOptions {
  /** Stops the work; the promise is rejected with code `STOPPED`, name `AbortError` and the signal's reason as `cause`. */
  signal?: AbortSignal | undefined;
  /** Told now and then how far the work is; steps may be left out. If it throws, the work stops with that error. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

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

/**
 * {@about sources}
 *
 * One key gives one fact, several give a list in their order, none gives all.
 *
 * @throws {WinpodError} code `UNKNOWN_SOURCE`.
 */
export declare function sources(id: string): Source;
export declare function sources(ids?: Iterable<string>): Source[];
