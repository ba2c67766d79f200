// Compiled only: what a user writes, in an ES module.
import { Pool, Subnet, call, capacity, check, checkSarif, contains, explain, explainSync, ipam, plan, planSync, pool, sources, subnetCarve, subnetCensus, subnetCure, subnetReserve, subnetSize, types, type Capacity, type Census, type Cure, type Plan, type PoolAnswer, type PoolState, type PoolStep, type WinpodError } from "winpod";

const one: Capacity = capacity("m5.large", { mode: "prefix-delegation", maxPods: 58 });
const many: Capacity[] = capacity(new Set(["m5.large"]));
const limits: Capacity[] = capacity([], { limits: { ipv4PerEni: 10, nitro: true } });
const by: "addresses" | "max-pods" | "cpu" | "memory" | "subnet" = one.limitedBy;
const answer: Plan = await plan(["cluster/", new URL("file:///cluster.yaml"), { kind: "ConfigMap" }], {
  set: { "warm-ip-target": "1" },
  signal: AbortSignal.timeout(1_000),
  onProgress: ({ step, done, total }) => console.log(step, done, total),
});
const severities: ("info" | "warn" | "high" | "error")[] = (await check("cluster/", { config: new URL("file:///c.toml"), failOn: "warn" })).findings.map(({ severity }) => severity);
const sarif: string = checkSarif(["cluster/"], { baseline: { findings: [] } }).log;
const verdict: "fits" | "unknown" | "does-not-fit" = planSync("cluster/").verdict;
const asked: Capacity[] = call("capacity", { types: ["m5.large"] });
const found: boolean[] = contains("10.0.0.0/8", { addresses: new Set(["10.0.0.1"]) }).contains;
const causes: string[] = explainSync(["a.log", new URL("file:///b.log")], { text: "x" })[0]?.causes.map(({ likelihood }) => likelihood) ?? [];
const why: number = (await explain("RequestLimitExceeded", { onProgress: ({ done }) => console.log(done) })).length;
console.log(causes, why);
const texts: string[] = [sources("x").text, ...sources(["x"]).map(({ text }) => text)];
try {
  ipam({ data: { "enable-windows-ipam": "true" }, documents: [{ kind: "ConfigMap" }] });
} catch (error) {
  const code: string = (error as WinpodError).code;
  console.log(code);
}
console.log(one, many, limits, by, answer, verdict, asked, found, texts, types({ vcpus: { min: 4 }, families: ["m5"] }));

const listing: { NetworkInterfaces: object[] } = { NetworkInterfaces: [] };
const subnet = new Subnet("10.0.8.0/24", { used: listing, reservations: [["prefix", "10.0.8.64/26"]], countLastBlock: false });
new Subnet("10.0.8.0/24", { used: listing.NetworkInterfaces, reservations: { SubnetIpv4CidrReservations: [] } });
new Subnet("10.0.8.0/24", { used: new Set(["10.0.8.20 i-1", 0x0a000815]), reservations: [{ type: "explicit", cidr: "10.0.8.64/28" }] });
subnet.assign("10.0.8.20", "i-1");
subnet.reserve("10.0.8.128/26", "explicit");
const who: string | null = subnet.owner(0x0a000814);
const census: Census = subnet.census({ map: true });
const cure: Cure = subnet.cure(4, { by: "interface" });
const ranges: string[] = subnet.copy().proposeReservations(4, { noSpareBlock: true }).reservations;
const same: Census[] = subnetCensus({ subnet, map: true }).subnets;
const drained: string[] = subnetCure({ subnet: { cidr: "10.0.8.0/24", used: new Set(["10.0.8.20"]) } }).subnets.map(({ cidr }) => cidr);
console.log(who, census, cure, ranges, same, drained, subnetReserve({ paths: ["cluster/"] }).awsCli, subnet.toJSON().used);
console.log(subnetSize({ instanceType: "m5.large", pods: 100 }).prefixLength, subnetCarve({ vpc: ["10.0.0.0/16"], subnets: [{ prefixLength: 20 }] }).free);

const node = new Pool({ instanceType: "m5.large", mode: "prefix-delegation", onEni: new Set(["10.0.8.32/28"]), used: [{ owner: "a", address: "10.0.8.33" }] });
const given: PoolStep = node.assign("b", { group: "10.0.8.32/28" });
const retry: "after" | "back-off" | "never" | null = given.retry;
const { job } = node.reconcile({ releasing: new Set<string>() });
if (job) node.update(job, { returned: new Set(["10.0.8.48/28"]) });
node.update({ kind: "create", count: 1 }, { error: "InsufficientCidrBlocks: full" });
const ended: number | null = node.free("a", { nowMs: 1_000 }).afterMs;
const state: PoolState = new Pool(node.introspect()).copy().toJSON();
node.activate(state.config);
const played: PoolAnswer = pool(node, new Set([{ op: "coolDown" as const, nowMs: 31_000 }]));
console.log(retry, ended, played.counts?.freeAddresses, pool({ capacity: 9 }).state?.used, node.modeUpdate("secondary-ip", "prefix-delegation").action, node.addressOf("a"), node.targets().warmIpTarget);

// @ts-expect-error a pod that ends does so at some time
node.free("a");
// @ts-expect-error no such step
pool(node, [{ op: "asign" }]);
// @ts-expect-error a type of reservation
subnet.reserve("10.0.8.128/26", "Prefix");
// @ts-expect-error is read, not written
subnet.freePrefixes = 5;
// @ts-expect-error for how many
subnet.proposeReservations();
// @ts-expect-error a mode is text
capacity("m5.large", { mode: 5 });
// @ts-expect-error no such option
capacity("m5.large", { maxpods: 5 });
// @ts-expect-error a type or types
capacity();
// @ts-expect-error no such operation
call("nothing", {});
