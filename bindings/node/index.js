"use strict";

// The operations as functions. Nothing is decided here: arguments become a request, `call` asks, answers come back.

const native = require("./native.js");
const { document, files, inputs, isObject, list, merge, path, refuse, toText } = require("./convert.js");
const { Pool, poolOptions } = require("./pool.js");
const { Subnet, lists } = require("./subnet.js");

function call(operation, request) {
  return JSON.parse(native.call(String(operation).toWellFormed(), toText(request, "request")));
}

/** One name, one record; several, a list. */
function oneOrMany(operation, key, names, options) {
  const one = typeof names === "string";
  const fields = names === undefined ? {} : { [key]: one ? [names] : list(names) };
  const answers = call(operation, merge(options, fields));
  return one && answers.length === 1 ? answers[0] : answers;
}

/** What the typed path of `capacity` writes, its words as numbers, and the words seen so far. */
const fields = new Uint32Array(8);
const words = [];
const NULL = 0xffffffff;

function word(number) {
  return number === NULL ? null : (words[number] ??= native.word(number));
}

function capacity(types, options) {
  if (typeof types === "string" && types.isWellFormed() && isSimple(options)) {
    native.capacity(types, options?.mode, options?.maxPods, fields);
    return {
      controllerKnown: fields[7] === NULL ? null : fields[7] === 1,
      instanceType: types,
      ipv4: fields[2],
      limitedBy: word(fields[5]),
      maxPods: fields[3],
      mode: word(fields[0]),
      pods: fields[4],
      requestedMode: word(fields[1]),
      windows: word(fields[6]),
    };
  }
  return oneOrMany("capacity", "types", types, files(options));
}

/** Whether the typed path takes these options: any others go the way of all requests and end in the same answer. */
function isSimple(options) {
  if (options === undefined) return true;
  if (!isObject(options)) return false;
  for (const key in options) {
    const value = options[key];
    if (key === "mode" ? typeof value !== "string" || !value.isWellFormed() : key !== "maxPods" || !Number.isSafeInteger(value)) {
      return false;
    }
  }
  return true;
}

function mixedCapacity(instanceType, options) {
  return call("mixedCapacity", merge(options, { instanceType }));
}

function types(filters) {
  const families = isObject(filters) && filters.families !== undefined ? { families: list(filters.families) } : {};
  return call("types", merge(filters, families));
}

function ipam(options) {
  return call("ipam", merge(files(options), {}));
}

function dsr(options) {
  return call("dsr", merge(listed(files(options), ["excluded"]), {}));
}

function pool(pool, steps) {
  return call("pool", { pool: poolOptions(pool), steps: list(steps, "steps") });
}

function prefix(text) {
  return call("prefix", { prefix: text });
}

function contains(prefix, options) {
  const { addresses, prefixes } = isObject(options) ? options : {};
  return call("contains", merge(options, { prefix, addresses: list(addresses), prefixes: list(prefixes) }));
}

function overlaps(a, b) {
  return call("overlaps", { a, b });
}

function supernet(prefix, prefixLength) {
  return call("supernet", { prefix, prefixLength });
}

function subnets(prefix, prefixLength) {
  return call("subnets", { prefix, prefixLength });
}

function aggregate(prefixes) {
  return call("aggregate", { prefixes: list(prefixes) });
}

function subtract(prefixes, without) {
  return call("subtract", { prefixes: list(prefixes), without: list(without) });
}

function rangeToPrefixes(first, last) {
  return call("range", { first, last });
}

/** Options of an operation on subnets: files, one subnet, and lists under `keys`. */
function subnetOptions(options, keys) {
  const request = files(options);
  if (!isObject(request)) return request;
  if (isObject(request.subnet) && !(request.subnet instanceof Subnet)) request.subnet = lists(request.subnet);
  return listed(request, keys);
}

/** Lists of any kind under `keys` as arrays. */
function listed(request, keys) {
  if (!isObject(request)) return request;
  for (const key of keys) if (request[key] !== undefined) request[key] = list(request[key], key);
  return request;
}

function subnetCensus(options) {
  return call("subnetCensus", merge(subnetOptions(options, ["ids"]), {}));
}

function subnetCure(options) {
  return call("subnetCure", merge(subnetOptions(options, ["ids"]), {}));
}

function subnetReserve(options) {
  return call("subnetReserve", merge(subnetOptions(options, ["ids"]), {}));
}

function subnetForecast(options) {
  return call("subnetForecast", merge(subnetOptions(options, ["ids", "more"]), {}));
}

function subnetSize(options) {
  return call("subnetSize", merge(options, {}));
}

function subnetCarve(options) {
  return call("subnetCarve", merge(subnetOptions(options, ["vpc", "used", "subnets"]), {}));
}

function sources(ids) {
  return oneOrMany("sources", "ids", ids);
}

function planSync(from, options) {
  return call("plan", merge(options, inputs(from)));
}

/** A configuration and a baseline may be URLs, bytes or parsed. */
function checkOptions(options) {
  if (!isObject(options)) return options;
  const given = {};
  for (const key of ["config", "baseline"]) {
    if (options[key] !== undefined && options[key] !== null) given[key] = document(path(options[key]), key);
  }
  return { ...options, ...given };
}

function checkSync(from, options) {
  return call("check", merge(checkOptions(options), inputs(from)));
}

function checkSarif(from, options) {
  return call("checkSarif", merge(checkOptions(options), inputs(from)));
}

function rules(ids) {
  return call("rules", { ids: list(typeof ids === "string" ? [ids] : ids) });
}

function migration(from, options) {
  return call("migration", merge(options, inputs(from)));
}

function topology(from, options) {
  return call("topology", merge(options, inputs(from)));
}

function baseImage(image, options) {
  return call("baseImage", merge(options, { image }));
}

function render(kind, from, options) {
  return call("render", merge(options, { ...inputs(from), kind }));
}

function simulateSync(from, options) {
  return call("simulate", merge(options, inputs(from)));
}

function explainSync(from, options) {
  return call("explain", merge(options, inputs(from, "given")));
}

function plan(from, options) {
  return work("plan", () => inputs(from), options);
}

function simulate(from, options) {
  return work("simulate", () => inputs(from), options);
}

function check(from, options) {
  return work("check", () => inputs(from), checkOptions(options));
}

function explain(from, options) {
  return work("explain", () => inputs(from, "given"), options);
}

/** Asks off the main thread; `fields` makes what the request has besides the options. */
async function work(operation, fields, options) {
  const { signal, onProgress, ...rest } = isObject(options) ? options : {};
  const request = toText(merge(isObject(options) ? rest : options, fields()), "request");
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse("REQUEST", "signal", typeof signal);
  if (onProgress !== undefined && typeof onProgress !== "function") refuse("REQUEST", "onProgress", typeof onProgress);
  const job = new native.Work();
  const { promise: interrupted, reject: interrupt } = withReject();
  const onStep = (step, done, total) => {
    try {
      onProgress({ step, done, total });
    } catch (error) {
      job.stop();
      interrupt(error);
    }
  };
  const onAbort = () => {
    job.stop();
    interrupt(stopped(signal.reason));
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // Who waits is told at once; the thread stops at its next step.
    return JSON.parse(await Promise.race([interrupted, job.call(operation, request, onProgress && onStep)]));
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function withReject() {
  let reject;
  const promise = new Promise((_, refused) => {
    reject = refused;
  });
  // Progress may throw after the answer is there: then nobody waits for it any more.
  promise.catch(() => {});
  return { promise, reject };
}

/** The error of stopped work, in the core's words. */
function stopped(cause) {
  try {
    return refuse("STOPPED", "signal");
  } catch (error) {
    return Object.assign(error, { name: "AbortError", cause });
  }
}

module.exports = {
  Pool,
  Subnet,
  aggregate,
  baseImage,
  call,
  capacity,
  check,
  checkSarif,
  checkSync,
  contains,
  dsr,
  explain,
  explainSync,
  ipam,
  migration,
  mixedCapacity,
  overlaps,
  plan,
  planSync,
  pool,
  prefix,
  rangeToPrefixes,
  render,
  rules,
  simulate,
  simulateSync,
  sources,
  subnetCarve,
  subnetCensus,
  subnetCure,
  subnetForecast,
  subnetReserve,
  subnetSize,
  subnets,
  subtract,
  supernet,
  topology,
  types,
};
