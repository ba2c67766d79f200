// capacity("m5.large") beside a look-up in a plain object with the same arithmetic, in turns, in one run.

import { call, capacity } from "winpod";

const table = Object.fromEntries(call("types", { windows: "any" }).map((row) => [row.instanceType, row]));

function plain(name, options) {
  const row = table[name];
  const requestedMode = options?.mode ?? "secondary-ip";
  const maxPods = options?.maxPods ?? 110;
  const mode = row.nitro ? requestedMode : "secondary-ip";
  const ipv4 = (row.ipv4PerEni - 1) * (mode === "prefix-delegation" ? 16 : 1);
  const limitedBy = ipv4 <= maxPods ? "addresses" : "max-pods";
  const { controllerKnown, windows } = row;
  return { controllerKnown, instanceType: name, ipv4, limitedBy, maxPods, mode, pods: Math.min(ipv4, maxPods), requestedMode, windows };
}

const COUNT = 100_000;
const subjects = {
  "plain object": () => plain("m5.large"),
  "capacity(name)": () => capacity("m5.large"),
  "capacity(name, { mode })": () => capacity("m5.large", { mode: "prefix-delegation" }),
  'call("capacity")': () => call("capacity", { types: ["m5.large"] }),
};
const rounds = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let round = 0; round < 11; round += 1) {
  for (const [name, subject] of Object.entries(subjects)) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < COUNT; index += 1) subject();
    rounds[name].push(Number(process.hrtime.bigint() - start) / COUNT);
  }
}
for (const [name, times] of Object.entries(rounds)) {
  // The first round warms up.
  const sorted = times.slice(1).sort((a, b) => a - b);
  console.log(`${name.padEnd(26)} median ${sorted[5].toFixed(0).padStart(5)} ns, least ${sorted[0].toFixed(0).padStart(5)} ns`);
}
