"use strict";

// From JavaScript's values to the JSON text of a request. What JSON would drop or change on the way (NaN, functions,
// half characters, cycles) is refused here, in the core's words.

const { fileURLToPath } = require("node:url");
const { types } = require("node:util");
const native = require("./native.js");

/** The JSON text of a value. */
function toText(value, name) {
  check(value, name, 0, new Map());
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    // A text longer than the engine's longest: shared parts written out.
    if (error instanceof RangeError) return refuse("TOO_LARGE", name);
    throw error;
  }
}

/** Refuses what JSON cannot carry; `seen` has every object with the depth it was last checked at. */
function check(value, name, depth, seen) {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() || refuse("ENCODING", name);
    case "number":
      return Number.isFinite(value) || refuse("NOT_A_WHOLE_NUMBER", name, value);
    case "boolean":
    case "undefined":
      return true;
    case "object":
      break;
    default:
      return refuse("REQUEST", name, `a ${typeof value}`);
  }
  if (value === null || seen.get(value) >= depth) return true;
  if (depth >= native.MAX_DEPTH) return refuse("TOO_DEEP", name);
  seen.set(value, depth);
  if (typeof value.toJSON === "function") return check(value.toJSON(), name, depth + 1, seen);
  if (types.isBoxedPrimitive(value)) return check(value.valueOf(), name, depth, seen);
  if (Array.isArray(value)) {
    for (const item of value) check(item, name, depth + 1, seen);
    return true;
  }
  if (isIterable(value) || types.isAnyArrayBuffer(value)) {
    return refuse("REQUEST", name, `a ${Object.prototype.toString.call(value).slice(8, -1)}`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) return refuse("ENCODING", name);
    check(item, key, depth + 1, seen);
  }
  return true;
}

function refuse(code, name, found) {
  return native.refuseValue(code, name.toWellFormed(), String(found));
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

function isIterable(value) {
  return isObject(value) && typeof value[Symbol.iterator] === "function";
}

/** A list from anything iterable; all else stays, for the core to refuse. */
function list(value) {
  return isIterable(value) ? Array.from(value) : value;
}

/** Options with the other arguments put in; what is no object stays, for the core to refuse. */
function merge(options, fields) {
  return options === undefined || isObject(options) ? { ...options, ...fields } : options;
}

function path(value) {
  return value instanceof URL ? fileURLToPath(value) : value;
}

function isDocument(value) {
  return typeof value.name === "string" && typeof value.text === "string" && Object.keys(value).length === 2;
}

/** A document as `{ name, text }`, or parsed, which gets `name`. */
function document(value, name) {
  return !isObject(value) || isDocument(value) ? value : { name, text: toText(value, name) };
}

/** Options whose `paths` may be URLs and whose `documents` may be parsed. */
function files(options) {
  if (!isObject(options)) return options;
  const { paths, documents, ...rest } = options;
  if (paths !== undefined) rest.paths = isIterable(paths) ? Array.from(paths, path) : paths;
  if (documents !== undefined) {
    const named = (value, index) => document(value, `documents[${index}]`);
    rest.documents = isIterable(documents) ? Array.from(documents, named) : documents;
  }
  return rest;
}

/** Paths, URLs and documents, one or many, as `paths` and `documents`. */
function inputs(values) {
  if (values === undefined) return {};
  const paths = [];
  const documents = [];
  const all = isIterable(values) && !(values instanceof URL) ? Array.from(values) : [values];
  all.forEach((value, index) => {
    if (isObject(value) && !(value instanceof URL)) documents.push(document(value, `inputs[${index}]`));
    else paths.push(path(value));
  });
  return { paths, documents };
}

module.exports = { files, inputs, isObject, list, merge, refuse, toText };
