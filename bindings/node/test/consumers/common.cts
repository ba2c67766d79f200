// Compiled only: what a user writes, in a CommonJS module.
import winpod = require("winpod");

const one: winpod.Capacity = winpod.capacity("m5.large");
const answer: Promise<winpod.Plan> = winpod.plan("cluster/");
const prefixes: string[] = winpod.subnets("10.0.0.0/24", 25).prefixes;
console.log(one, answer, prefixes, winpod.rangeToPrefixes("10.0.0.0", "10.0.0.1"));

// @ts-expect-error a prefix is text
winpod.prefix(5);
