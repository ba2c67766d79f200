// What a Windows group adds to an app of the CDK: the time of a synth with `WindowsNetworking` and `WindowsNodegroup` beside
// that of the same app with a Linux group of the CDK's own in their place, in turns; in new processes, and in one that is
// warm. The processor's time decides, since the clock shows what else the machine does. The CDK's own validation of templates
// is off: it takes seconds by itself.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

process.env.CDK_VALIDATION = "false";
const require = createRequire(import.meta.url);
const LIMIT_MS = 100;

/** Makes the app and gives milliseconds of the processor and of the clock, what is loaded for it included. */
function synth(windows) {
  const [start, usage] = [process.hrtime.bigint(), process.cpuUsage()];
  const { App, Stack } = require("aws-cdk-lib");
  const { Cluster, DefaultCapacityType, KubernetesVersion } = require("aws-cdk-lib/aws-eks-v2");
  const stack = new Stack(new App({ context: { "aws:cdk:disable-asset-staging": true } }), "Shop");
  const cluster = new Cluster(stack, "Cluster", {
    version: KubernetesVersion.V1_35,
    defaultCapacityType: DefaultCapacityType.NODEGROUP,
  });
  if (windows) {
    const { IpamMode, WindowsNetworking, WindowsNodegroup } = require("winpod-cdk");
    const networking = new WindowsNetworking(stack, "Networking", { cluster, mode: IpamMode.PREFIX_DELEGATION });
    new WindowsNodegroup(stack, "Windows", { networking, maxSize: 10, dsr: true, taints: [{ key: "os", value: "windows" }] });
  } else {
    cluster.addNodegroupCapacity("Linux", { maxSize: 10 });
  }
  stack.node.root.synth();
  const { user, system } = process.cpuUsage(usage);
  return { processor: (user + system) / 1e3, clock: Number(process.hrtime.bigint() - start) / 1e6 };
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** Medians without and with, of rounds in turns; gives what is added of the processor. */
function compare(name, rounds, measure) {
  const pairs = Array.from({ length: rounds }, () => [measure(false), measure(true)]);
  const added = {};
  for (const of of ["processor", "clock"]) {
    const [without, with_] = [0, 1].map((side) => median(pairs.map((pair) => pair[side][of])));
    added[of] = median(pairs.map(([a, b]) => b[of] - a[of]));
    const ms = (time) => `${time.toFixed(0).padStart(5)} ms`;
    console.log(`${name.padEnd(14)} ${of.padEnd(10)} without ${ms(without)}, with ${ms(with_)}, added ${ms(added[of])}`);
  }
  return added.processor;
}

if (process.argv[2] === "one") {
  console.log(JSON.stringify(synth(process.argv[3] === "windows")));
} else {
  const alone = (windows) => {
    const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "one", windows ? "windows" : "linux"], { encoding: "utf8" });
    return JSON.parse(stdout);
  };
  const added = compare("new processes", 15, alone);
  synth(true);
  compare("warm", 15, synth);
  if (added > LIMIT_MS) {
    console.error(`a Windows group adds ${added.toFixed(0)} ms: ${LIMIT_MS} ms are allowed`);
    process.exitCode = 1;
  }
}
