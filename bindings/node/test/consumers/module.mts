// Compiled only: what a user writes, in an ES module.
import { call, capacity, contains, ipam, plan, planSync, sources, types, type Capacity, type Plan, type WinpodError } from "winpod";

const one: Capacity = capacity("m5.large", { mode: "prefix-delegation", maxPods: 58 });
const many: Capacity[] = capacity(new Set(["m5.large"]));
const limits: Capacity[] = capacity([], { limits: { ipv4PerEni: 10, nitro: true } });
const by: "addresses" | "max-pods" | "cpu" | "memory" | "subnet" = one.limitedBy;
const answer: Plan = await plan(["cluster/", new URL("file:///cluster.yaml"), { kind: "ConfigMap" }], {
  set: { "warm-ip-target": "1" },
  signal: AbortSignal.timeout(1_000),
  onProgress: ({ step, done, total }) => console.log(step, done, total),
});
const verdict: "fits" | "unknown" | "does-not-fit" = planSync("cluster/").verdict;
const asked: Capacity[] = call("capacity", { types: ["m5.large"] });
const found: boolean[] = contains("10.0.0.0/8", { addresses: new Set(["10.0.0.1"]) }).contains;
const texts: string[] = [sources("x").text, ...sources(["x"]).map(({ text }) => text)];
try {
  ipam({ data: { "enable-windows-ipam": "true" }, documents: [{ kind: "ConfigMap" }] });
} catch (error) {
  const code: string = (error as WinpodError).code;
  console.log(code);
}
console.log(one, many, limits, by, answer, verdict, asked, found, texts, types({ vcpus: { min: 4 }, families: ["m5"] }));

// @ts-expect-error a mode is text
capacity("m5.large", { mode: 5 });
// @ts-expect-error no such option
capacity("m5.large", { maxpods: 5 });
// @ts-expect-error a type or types
capacity();
// @ts-expect-error no such operation
call("nothing", {});
