// The cases of tests/vectors, through `call` and through the functions.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import * as winpod from "winpod";
import { repository } from "./support.mjs";

const functions = {
  explain: ({ given = [], paths = [], documents = [], ...options }) =>
    winpod.explainSync([...given, ...paths.map((path) => pathToFileURL(path)), ...documents], options),
  plan: ({ paths = [], documents = [], ...options }) => winpod.planSync([...paths, ...documents], options),
  check: ({ paths = [], documents = [], ...options }) => winpod.checkSync([...paths, ...documents], options),
  checkSarif: ({ paths = [], documents = [], ...options }) => winpod.checkSarif([...paths, ...documents], options),
  rules: ({ ids }) => winpod.rules(ids),
  simulate: ({ paths = [], documents = [], ...options }) => winpod.simulateSync([...paths, ...documents], options),
  migration: ({ paths = [], documents = [], ...options }) => winpod.migration([...paths, ...documents], options),
  capacity: ({ types, ...options }) => winpod.capacity(types, options),
  mixedCapacity: ({ instanceType, ...options }) => winpod.mixedCapacity(instanceType, options),
  types: winpod.types,
  ipam: winpod.ipam,
  dsr: winpod.dsr,
  topology: ({ paths = [], documents = [], ...options }) => winpod.topology([...paths, ...documents], options),
  render: ({ kind, paths = [], documents = [], ...options }) => winpod.render(kind, [...paths, ...documents], options),
  baseImage: ({ image, ...options }) => winpod.baseImage(image, options),
  pool: ({ pool, steps }) => winpod.pool(pool, steps),
  prefix: ({ prefix }) => winpod.prefix(prefix),
  contains: ({ prefix, ...options }) => winpod.contains(prefix, options),
  overlaps: ({ a, b }) => winpod.overlaps(a, b),
  supernet: ({ prefix, prefixLength }) => winpod.supernet(prefix, prefixLength),
  subnets: ({ prefix, prefixLength }) => winpod.subnets(prefix, prefixLength),
  aggregate: ({ prefixes }) => winpod.aggregate(prefixes),
  subtract: ({ prefixes, without }) => winpod.subtract(prefixes, without),
  range: ({ first, last }) => winpod.rangeToPrefixes(first, last),
  sources: ({ ids }) => winpod.sources(ids),
  subnetCensus: winpod.subnetCensus,
  subnetCure: winpod.subnetCure,
  subnetReserve: winpod.subnetReserve,
  subnetForecast: winpod.subnetForecast,
  subnetSize: winpod.subnetSize,
  subnetCarve: winpod.subnetCarve,
};

/** The same through the class, where it is about one subnet whose lists are in the request. */
const methods = {
  subnetCensus: (subnet, { map }) => subnet.census({ map }),
  subnetCure: (subnet, { prefixes, by, includeManaged }) => subnet.cure(prefixes, { by, includeManaged }),
  subnetReserve: (subnet, { prefixes, noSpareBlock }) => subnet.proposeReservations(prefixes, { noSpareBlock }),
  subnetForecast: (subnet, { more, prefixes }) => subnet.forecast(more, { prefixes }),
};
const OF_THE_CLASS = ["subnet", "countLastBlock", "prefixes", "map", "more", "by", "includeManaged", "noSpareBlock"];

function isForTheClass({ op, args }) {
  const only = (object, keys) => Object.keys(object).every((key) => keys.includes(key));
  return Object.hasOwn(methods, op) && only(args, OF_THE_CLASS) && typeof args.subnet === "object" && args.subnet !== null
    && only(args.subnet, ["cidr", "used", "reservations"]);
}

function askTheClass({ op, args }) {
  const { cidr = "", used, reservations } = args.subnet;
  const subnet = new winpod.Subnet(cidr, { used, reservations, countLastBlock: args.countLastBlock ?? false });
  return { subnets: [methods[op](subnet, args)] };
}

/** A step as a method of the class `Pool` takes it. */
const steps = {
  assign: (pool, { owner, ...options }) => pool.assign(owner, options),
  free: (pool, { owner, ...options }) => pool.free(owner, options),
  coolDown: (pool, { nowMs, ...none }) => pool.coolDown(nowMs, none),
  reconcile: (pool, options) => pool.reconcile(options),
  update: (pool, { job, ...result }) => pool.update(job, result),
  resync: (pool, { onEni }) => pool.resync(onEni),
  activate: (pool, { config, ...options }) => pool.activate(config, options),
  drain: (pool, options) => pool.drain(options),
  modeUpdate: (pool, { was, now }) => pool.modeUpdate(was, now),
};

/** Whether it is about a pool, and steps that are methods. */
function isForAPool({ op, args }) {
  return op === "pool" && typeof args.pool === "object" && (args.steps ?? []).every((step) => Object.hasOwn(steps, step.op ?? ""));
}

function askAPool({ args }) {
  const pool = new winpod.Pool(args.pool);
  const answers = (args.steps ?? []).map(({ op, ...step }) => steps[op](pool, step));
  assert.ok(new winpod.Pool(pool.introspect()).equals(pool));
  return { steps: answers, state: pool.introspect(), counts: pool.counts(), targets: pool.targets() };
}

/** Arguments that a function does not have: it cannot be asked this, only `call` can. */
const ARGUMENTS = {
  pool: ["pool", "steps"],
  prefix: ["prefix"],
  overlaps: ["a", "b"],
  supernet: ["prefix", "prefixLength"],
  subnets: ["prefix", "prefixLength"],
  aggregate: ["prefixes"],
  subtract: ["prefixes", "without"],
  range: ["first", "last"],
  sources: ["ids"],
};

/** Objects as subsets, arrays element by element, scalars exactly. */
function matches(answer, expect, path) {
  if (Array.isArray(expect)) {
    assert.ok(Array.isArray(answer), `${path} is no list`);
    assert.equal(answer.length, expect.length, `length of ${path}`);
    expect.forEach((item, index) => matches(answer[index], item, `${path}[${index}]`));
  } else if (typeof expect === "object" && expect !== null) {
    assert.ok(typeof answer === "object" && answer !== null && !Array.isArray(answer), `${path} is no object`);
    for (const [key, item] of Object.entries(expect)) {
      assert.ok(Object.hasOwn(answer, key), `${path} has no ${key}`);
      matches(answer[key], item, `${path}.${key}`);
    }
  } else {
    assert.strictEqual(answer, expect, path);
  }
}

function run(work, { expect, error }) {
  let answer;
  try {
    answer = work();
  } catch (thrown) {
    assert.equal(thrown.code, error, thrown.message);
    return;
  }
  assert.equal(error, undefined, `answers ${JSON.stringify(answer).slice(0, 200)} where ${error} is expected`);
  matches(answer, expect, "answer");
}

/** Whether a function can be asked this: `call` takes what a function has no argument for, and lists of other types. */
function isFunctionLike({ op, args }) {
  const lists = ["paths", "documents", "types", "ids"].map((key) => args[key]);
  if (!lists.every((list) => list === undefined || Array.isArray(list))) return false;
  return !ARGUMENTS[op] || Object.keys(args).every((key) => ARGUMENTS[op].includes(key));
}

test("vectors", () => {
  const directory = join(repository, "tests/vectors");
  const files = readdirSync(directory).filter((file) => file.endsWith(".json"));
  const lines = readFileSync(join(directory, "exceptions-node.txt"), "utf8").split("\n");
  const exceptions = new Set(lines.filter((line) => line && !line.startsWith("#")).map((line) => line.split(" ", 1)[0]));
  const unused = new Set(Object.keys(functions));
  const ids = new Set();
  const failures = [];
  let throughTheClass = 0;
  let throughAPool = 0;
  process.chdir(repository);
  for (const file of files) {
    const cases = JSON.parse(readFileSync(join(directory, file), "utf8"));
    if (cases.length === 0) failures.push(`${file} has no cases`);
    for (const one of cases) {
      const name = `${file}: ${one.id}`;
      assert.ok(Object.hasOwn(functions, one.op), `${name}: unknown operation ${one.op}`);
      assert.ok("expect" in one !== "error" in one, `${name}: give expect or error`);
      assert.ok(!ids.has(one.id), `${name} is there twice`);
      ids.add(one.id);
      unused.delete(one.op);
      let failure;
      try {
        run(() => winpod.call(one.op, one.args), one);
        if (isFunctionLike(one)) run(() => functions[one.op](one.args), one);
        if (isForTheClass(one)) {
          // What is told about a request besides its subnets has no place in the class.
          const { expect, error } = one;
          const asked = expect?.subnets ? { subnets: expect.subnets } : {};
          run(() => askTheClass(one), error ? { error } : { expect: asked });
          throughTheClass += 1;
        }
        if (isForAPool(one)) {
          const { sources, ...expect } = one.expect ?? {};
          run(() => askAPool(one), one.error ? one : { expect });
          throughAPool += 1;
        }
      } catch (error) {
        failure = `${name}: ${error.message}`;
      }
      const excepted = exceptions.delete(one.id);
      if (failure && !excepted) failures.push(failure);
      if (!failure && excepted) failures.push(`${name} passes: take it out of exceptions-node.txt`);
    }
  }
  for (const id of exceptions) failures.push(`exceptions-node.txt: ${id}: no such case`);
  for (const op of unused) failures.push(`${op} has no case`);
  console.log(`vectors in node: ${ids.size} cases in ${files.length} files, ${failures.length} differ`);
  assert.ok(throughTheClass > 60, `${throughTheClass} cases through the class`);
  assert.ok(throughAPool > 110, `${throughAPool} cases through a pool`);
  assert.ok(ids.size > 0, "no cases");
  assert.deepEqual(failures, []);
});
