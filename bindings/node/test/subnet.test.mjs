// The class Subnet: the same state as in Rust and Python, and what may not go in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { Subnet, call, subnetCarve, subnetCensus, subnetCure, subnetForecast, subnetReserve, subnetSize } from "winpod";
import { codeOf } from "./support.mjs";

const CIDR = "10.0.8.0/24";
const BASE = 0x0a000800;
const cyclic = {};
cyclic.self = cyclic;

/** An entry of DescribeNetworkInterfaces as the AWS SDK gives it. */
function networkInterface(id, addresses, more = {}) {
  return {
    NetworkInterfaceId: id,
    SubnetId: "subnet-a",
    Attachment: { InstanceId: "i-1", AttachTime: new Date(0) },
    PrivateIpAddresses: addresses.map((PrivateIpAddress, index) => ({ PrivateIpAddress, Primary: index === 0 })),
    ...more,
  };
}

test("state changes, wholly or not at all", () => {
  const subnet = new Subnet(CIDR, { used: ["10.0.8.20 i-1", "10.0.8.32/28"] });
  assert.deepEqual([subnet.cidr, subnet.id, subnet.totalAddresses, subnet.usableAddresses], [CIDR, null, 256, 251]);
  assert.deepEqual([subnet.usedAddresses, subnet.freeAddresses, subnet.freePrefixes], [17, 234, 12]);
  assert.equal(subnet.countsLastBlock, false);
  subnet.assign("10.0.8.50", "i-2");
  subnet.assign(BASE + 51);
  subnet.assignPrefix("10.0.8.64/28", "i-2");
  assert.deepEqual(["10.0.8.20", "10.0.8.50", "10.0.8.51", "10.0.8.70"].map((it) => subnet.owner(it)), ["i-1", "i-2", null, "i-2"]);
  assert.deepEqual(["10.0.8.50", "10.0.8.99", "10.0.8.1"].map((it) => subnet.isFree(it)), [false, true, false]);
  assert.deepEqual([CIDR, "10.0.8.1", "10.0.9.1", "10.0.9.0/28"].map((it) => subnet.contains(it)), [true, true, false, false]);
  const before = subnet.copy();
  assert.ok(subnet.equals(before) && before.equals(subnet) && !subnet.equals({}) && !subnet.equals(null));
  const refused = [
    [() => subnet.assign("10.0.8.20", "new"), "ADDRESS_ASSIGNED"],
    [() => subnet.assign("10.0.8.40"), "ADDRESS_IN_PREFIX"],
    [() => subnet.assign("10.0.9.1"), "ADDRESS_OUTSIDE_SUBNET"],
    [() => subnet.assign(BASE), "ADDRESS_RESERVED"],
    [() => subnet.assign(-1), "OUT_OF_RANGE"],
    [() => subnet.assign(2 ** 32), "OUT_OF_RANGE"],
    [() => subnet.assign(2 ** 70), "NOT_A_WHOLE_NUMBER"],
    [() => subnet.assign(0.5), "NOT_A_WHOLE_NUMBER"],
    [() => subnet.assign(NaN), "NOT_A_WHOLE_NUMBER"],
    [() => subnet.assign("\ud800"), "ENCODING"],
    [() => subnet.assign("10.0.8.99", 5), "REQUEST"],
    [() => subnet.assign("10.0.8.99", "a#b"), "OWNER"],
    [() => subnet.assign("10.0.8.99", ""), "OWNER"],
    [() => subnet.assignPrefix("10.0.8.32/28"), "PREFIX_ASSIGNED"],
    [() => subnet.assignPrefix("10.0.8.40/28"), "HOST_BITS_SET"],
    [() => subnet.assignPrefix("10.0.8.96/27"), "DELEGATED_LENGTH"],
    [() => subnet.release("10.0.8.99"), "ADDRESS_NOT_ASSIGNED"],
    [() => subnet.releasePrefix("10.0.8.96/28"), "PREFIX_NOT_ASSIGNED"],
    [() => subnet.reserve("10.0.9.0/26", "prefix"), "PREFIX_OUTSIDE_SUBNET"],
    [() => subnet.reserve("10.0.8.128/26", "Prefix"), "RESERVATION_TYPE"],
    [() => subnet.reserve("10.0.8.128/26"), "RESERVATION_TYPE"],
    [() => subnet.reserve("10.0.8.128/26", 5), "REQUEST"],
    [() => subnet.cure(-1), "OUT_OF_RANGE"],
    [() => subnet.cure(1.5), "NOT_A_WHOLE_NUMBER"],
    [() => subnet.cure("1"), "REQUEST"],
    [() => subnet.cure(1, { by: "pod" }), "CURE_BY"],
    [() => subnet.cure(1, { colour: 1 }), "REQUEST"],
    [() => subnet.cure(1, 5), "REQUEST"],
    [() => subnet.proposeReservations(), "REQUEST"],
    [() => subnet.proposeReservations(-1), "OUT_OF_RANGE"],
    [() => subnet.census({ map: "yes" }), "REQUEST"],
    [() => subnet.forecast(5), "REQUEST"],
    [() => subnet.forecast([-1]), "OUT_OF_RANGE"],
    [() => subnet.forecast([1.5]), "NOT_A_WHOLE_NUMBER"],
  ];
  for (const value of [undefined, null, true, {}, [], 1n, () => 1, Symbol("x"), new Map(), cyclic]) {
    const code = value === cyclic ? "TOO_DEEP" : "REQUEST";
    for (const method of ["assign", "release", "owner", "isFree", "contains", "assignPrefix", "releasePrefix"]) {
      refused.push([() => subnet[method](value), code]);
    }
    refused.push([() => subnet.reserve(value, "prefix"), code]);
  }
  for (const [work, code] of refused) assert.equal(codeOf(work), code, String(work));
  assert.ok(subnet.equals(before), "nothing is half done");
  assert.throws(() => subnet.assign("10.0.8.20"), { message: "10.0.8.20 is already assigned, held by i-1" });
  subnet.release("10.0.8.50");
  subnet.releasePrefix("10.0.8.64/28");
  subnet.reserve("10.0.8.128/26", "prefix");
  assert.ok(!subnet.equals(before));
  assert.deepEqual([before.owner("10.0.8.50"), subnet.owner("10.0.8.50")], ["i-2", null]);
});

test("answers are those of the operations", () => {
  const subnet = new Subnet(CIDR, { used: ["10.0.8.20 i-1", "10.0.8.36"], reservations: [["explicit", "10.0.8.64/30"]] });
  for (const ask of [(request) => subnetCensus(request), (request) => call("subnetCensus", request)]) {
    assert.deepEqual(ask({ subnet }).subnets, [subnet.census()]);
    assert.deepEqual(ask({ subnet, map: true }).subnets, [subnet.census({ map: true })]);
  }
  assert.deepEqual(subnetCure({ subnet, prefixes: 2 }).subnets, [subnet.cure(2)]);
  assert.deepEqual(subnetCure({ subnet, by: "interface" }).subnets, [subnet.cure(undefined, { by: "interface", includeManaged: false })]);
  assert.deepEqual(subnetReserve({ subnet, prefixes: 3 }).subnets, [subnet.proposeReservations(3)]);
  assert.deepEqual(subnetReserve({ subnet, prefixes: 3, noSpareBlock: true }).subnets, [subnet.proposeReservations(3, { noSpareBlock: true })]);
  assert.deepEqual(subnetForecast({ subnet, more: new Set([5]), prefixes: 2 }).subnets, [subnet.forecast(new Set([5]), { prefixes: 2 })]);
  assert.equal(subnet.forecast().expected.length, 6);
  const json = JSON.parse(JSON.stringify(subnet));
  assert.deepEqual(json, { cidr: CIDR, used: ["10.0.8.20 i-1", "10.0.8.36"], reservations: [{ cidr: "10.0.8.64/30", type: "explicit" }] });
  assert.ok(new Subnet(json.cidr, { used: json.used, reservations: json.reservations }).equals(subnet));
  assert.equal(inspect(subnet), "Subnet { cidr: '10.0.8.0/24', freeAddresses: 249, freePrefixes: 11 }");
  assert.equal(subnetSize({ instanceType: "m5.large", pods: 100 }).prefixLength, 25);
  const carved = subnetCarve({ vpc: new Set(["10.0.0.0/16"]), subnets: new Set([{ prefixLength: 20 }]) });
  assert.equal(carved.subnets[0].cidr, "10.0.0.0/20");
  const given = { cidr: CIDR, used: new Set(["10.0.8.20"]), reservations: new Set([{ type: "prefix", cidr: "10.0.8.64/26" }]) };
  assert.equal(subnetCensus({ subnet: given, ids: new Set() }).subnets[0].freePrefixesInsideReservations, 4);
  for (const options of [undefined, null, 5, "x", {}, { subnet: null }, { subnet: 5 }, { subnet: {}, colour: 1 }]) {
    const code = options?.subnet && !options.colour && options.subnet !== 5 ? "PREFIX_SYNTAX" : "REQUEST";
    assert.equal(codeOf(() => subnetCensus(options)), code, JSON.stringify(options));
  }
});

test("every kind of list is the same", () => {
  const expected = new Subnet(CIDR, { used: ["10.0.8.20"] });
  const lists = [
    ["10.0.8.20"],
    [BASE + 20],
    [new String("10.0.8.20")],
    new Set(["10.0.8.20"]),
    Uint32Array.of(BASE + 20),
    (function* () { yield "10.0.8.20"; })(),
  ];
  for (const used of lists) assert.ok(new Subnet(CIDR, { used }).equals(expected), inspect(used));
  assert.ok(new Subnet("10.0.8.9/24", { used: ["10.0.8.20/32 # a remark"] }).equals(expected));
  const reservations = [
    [["prefix", "10.0.8.64/26"]],
    new Set([["prefix", "10.0.8.64/26"]]),
    [{ type: "prefix", cidr: "10.0.8.64/26" }],
    [{ SubnetCidrReservationId: "scr-1", SubnetId: "subnet-a", Cidr: "10.0.8.64/26", ReservationType: "prefix" }],
    { SubnetIpv4CidrReservations: [{ SubnetCidrReservationId: "scr-1", SubnetId: "subnet-a", Cidr: "10.0.8.64/26", ReservationType: "prefix" }] },
  ];
  const byHand = new Subnet(CIDR);
  byHand.reserve("10.0.8.64/26", "prefix");
  for (const one of reservations) assert.ok(new Subnet(CIDR, { reservations: one }).equals(byHand), inspect(one));
});

test("listings of interfaces", () => {
  const NetworkInterfaces = [
    networkInterface("eni-0", ["10.0.9.20"], { SubnetId: "subnet-b" }),
    networkInterface("eni-1", ["10.0.8.20"], { Ipv4Prefixes: [{ Ipv4Prefix: "10.0.8.32/28" }] }),
    networkInterface("eni-2", ["10.0.8.99"], { SubnetId: "subnet-of-another-vpc" }),
  ];
  const pages = [{ NetworkInterfaces: NetworkInterfaces.slice(0, 1), NextToken: "x" }, { NetworkInterfaces: NetworkInterfaces.slice(1) }];
  for (const used of [NetworkInterfaces, new Set(NetworkInterfaces), { NetworkInterfaces, $metadata: {} }, pages]) {
    const subnet = new Subnet(CIDR, { used });
    assert.deepEqual([subnet.id, subnet.usedAddresses, subnet.owner("10.0.8.40")], ["subnet-a", 17, "eni-1"]);
    assert.deepEqual([subnet.cure().drain[0].id, subnet.cure().drain[0].kind], ["i-1", "node"]);
    assert.ok(subnet.copy().equals(subnet));
  }
  const refused = [
    [[networkInterface("eni-7", ["10.0.8.20", "10.0.9.20"])], "ADDRESS_OUTSIDE_SUBNET", /eni-7/],
    [[networkInterface("eni-6", ["10.0.8.20"]), networkInterface("eni-7", ["10.0.8.20"])], "ADDRESS_ASSIGNED", /eni-7.*eni-6/],
    [[networkInterface("eni-7", ["10.0.8.300"])], "WRONG_VALUE", /eni-7.*10\.0\.8\.300/],
    [[networkInterface("eni-6", ["10.0.8.20"]), {}], "AWS_JSON", /NetworkInterfaces\[1\]/],
    [{ NetworkInterfaces, NextToken: "x" }, "LISTING_INCOMPLETE", /NextToken/],
    [{ Subnets: [] }, "REQUEST", /NetworkInterfaces/],
    [["10.0.8.20", networkInterface("eni-7", ["10.0.8.21"])], "REQUEST", /used\[1\]/],
  ];
  for (const [used, code, named] of refused) assert.throws(() => new Subnet(CIDR, { used }), { code, message: named });
});

test("what may not go in", () => {
  const entries = [
    [undefined, "REQUEST"],
    [null, "REQUEST"],
    [true, "REQUEST"],
    [1n, "REQUEST"],
    [[], "REQUEST"],
    [new Map(), "REQUEST"],
    [Symbol("x"), "REQUEST"],
    [-1, "OUT_OF_RANGE"],
    [2 ** 32, "OUT_OF_RANGE"],
    [24.7, "NOT_A_WHOLE_NUMBER"],
    [NaN, "NOT_A_WHOLE_NUMBER"],
    ["hello", "ADDRESS_SYNTAX"],
    ["\ud800", "ENCODING"],
    ["1".repeat(10_000_000), "ADDRESS_SYNTAX"],
    ["10.0.8.100", "ADDRESS_ASSIGNED"],
    ["10.0.8.32/27", "DELEGATED_LENGTH"],
    [cyclic, "TOO_DEEP"],
  ];
  for (const [entry, code] of entries) {
    assert.equal(codeOf(() => new Subnet(CIDR, { used: ["10.0.8.100", entry] })), code, String(code));
  }
  for (const list of ["10.0.8.20", 5, true, {}, () => 1, new Map([["a", 1]])]) {
    assert.equal(codeOf(() => new Subnet(CIDR, { used: list })), "REQUEST");
    assert.equal(codeOf(() => new Subnet(CIDR, { reservations: list })), "REQUEST");
  }
  for (const one of ["10.0.8.64/26", ["prefix"], ["prefix", 5], { type: "prefix" }, { type: "prefix", cidr: "10.0.8.64/26", x: 1 }, null]) {
    assert.match(codeOf(() => new Subnet(CIDR, { reservations: [one] })), /^REQUEST|^AWS_JSON/);
  }
  for (const cidr of [undefined, null, 5, true, {}, [], 1n]) assert.match(codeOf(() => new Subnet(cidr)), /^REQUEST|^PREFIX_SYNTAX/);
  assert.equal(codeOf(() => new Subnet("10.0.0.0/15")), "SUBNET_SIZE");
  assert.equal(codeOf(() => new Subnet("\ud800")), "ENCODING");
  for (const options of [5, null, "x", { colour: 1 }, { countLastBlock: "yes" }, [1]]) {
    assert.equal(codeOf(() => new Subnet(CIDR, options)), "REQUEST", JSON.stringify(options));
  }
  const thrown = new Error("mine");
  assert.throws(() => new Subnet(CIDR, { used: (function* () { yield "10.0.8.20"; throw thrown; })() }), thrown);
  assert.throws(() => new Subnet(CIDR, { get used() { throw thrown; } }), thrown);
  assert.equal(codeOf(() => new Subnet(CIDR, { used: (function* () { for (;;) yield ""; })() })), "TOO_LARGE");
  assert.throws(() => Subnet(CIDR), TypeError);
  assert.throws(() => Subnet.prototype.census.call({}), TypeError);
});

test("handles are freed with the objects that hold them", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const settle = async () => {
    for (let round = 0; round < 5; round += 1) {
      collect();
      await new Promise((resolve) => { setImmediate(resolve); });
    }
  };
  await settle();
  const before = process.memoryUsage.rss();
  // With owners a /16 takes 270 kB: 5,000 of them would be 1.3 GB.
  for (let round = 0; round < 50; round += 1) {
    for (let each = 0; each < 100; each += 1) new Subnet("10.0.0.0/16", { used: ["10.0.0.20 i-1"] }).copy();
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  await settle();
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  console.log(`10,000 subnets later: ${grown.toFixed(0)} MiB more`);
  assert.ok(grown < 300, `${grown} MiB`);
});

test("a large list is quick", () => {
  const used = [];
  for (let offset = 4; used.length < 30_000; offset += 2) used.push(`10.0.${offset >> 8}.${offset & 255}`);
  const taken = [];
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    new Subnet("10.0.0.0/16", { used }).census();
    taken.push(performance.now() - began);
  }
  console.log(`/16 with 30,000 strings, to a census: ${Math.min(...taken).toFixed(2)} ms`);
  assert.ok(Math.min(...taken) < 100);
});
