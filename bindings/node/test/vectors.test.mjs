// The cases of tests/vectors, through `call` and through the functions.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as winpod from "winpod";
import { repository } from "./support.mjs";

const functions = {
  plan: ({ paths = [], documents = [], ...options }) => winpod.planSync([...paths, ...documents], options),
  capacity: ({ types, ...options }) => winpod.capacity(types, options),
  mixedCapacity: ({ instanceType, ...options }) => winpod.mixedCapacity(instanceType, options),
  types: winpod.types,
  ipam: winpod.ipam,
  prefix: ({ prefix }) => winpod.prefix(prefix),
  contains: ({ prefix, ...options }) => winpod.contains(prefix, options),
  overlaps: ({ a, b }) => winpod.overlaps(a, b),
  supernet: ({ prefix, prefixLength }) => winpod.supernet(prefix, prefixLength),
  subnets: ({ prefix, prefixLength }) => winpod.subnets(prefix, prefixLength),
  aggregate: ({ prefixes }) => winpod.aggregate(prefixes),
  subtract: ({ prefixes, without }) => winpod.subtract(prefixes, without),
  range: ({ first, last }) => winpod.rangeToPrefixes(first, last),
  sources: ({ ids }) => winpod.sources(ids),
};

/** Arguments that a function does not have: it cannot be asked this, only `call` can. */
const ARGUMENTS = {
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

test("vectors", () => {
  const directory = join(repository, "tests/vectors");
  const files = readdirSync(directory).filter((file) => file.endsWith(".json"));
  const exceptions = new Map(Object.entries(JSON.parse(readFileSync(new URL("exceptions.json", import.meta.url), "utf8"))));
  const failures = [];
  let count = 0;
  process.chdir(repository);
  for (const file of files) {
    const cases = JSON.parse(readFileSync(join(directory, file), "utf8"));
    assert.ok(cases.length > 0, `${file} has no cases`);
    for (const one of cases) {
      count += 1;
      assert.ok(Object.hasOwn(functions, one.op), `${file}: ${one.id}: unknown operation ${one.op}`);
      assert.ok("expect" in one !== "error" in one, `${file}: ${one.id}: give expect or error`);
      let failure;
      try {
        run(() => winpod.call(one.op, one.args), one);
        if (!ARGUMENTS[one.op] || Object.keys(one.args).every((key) => ARGUMENTS[one.op].includes(key))) {
          run(() => functions[one.op](one.args), one);
        }
      } catch (error) {
        failure = `${file}: ${one.id}: ${error.message}`;
      }
      const reason = exceptions.get(one.id);
      exceptions.delete(one.id);
      if (failure && !reason) failures.push(failure);
      if (!failure && reason) failures.push(`${file}: ${one.id} passes: take it out of exceptions.json`);
    }
  }
  for (const id of exceptions.keys()) failures.push(`${id} in exceptions.json is no case`);
  assert.deepEqual(failures, []);
  assert.ok(count > 0, "no cases");
  console.log(`vectors: ${count} cases in ${files.length} files`);
});
