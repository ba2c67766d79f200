"use strict";

// From JavaScript's values to the JSON text of a request. What JSON would drop or change on the way (NaN, functions,
// half characters, cycles) is refused here, in the core's words.

const { constants } = require("node:buffer");
const { fileURLToPath } = require("node:url");
const { types } = require("node:util");
const native = require("./native.js");

/** The JSON text of a value. */
function toText(value, name) {
  if (check(value, name, 0, new Map()) > constants.MAX_STRING_LENGTH) refuse("TOO_LARGE", name);
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    return error instanceof RangeError ? refuse("TOO_LARGE", name) : raise(error);
  }
}

/**
 * Refuses what JSON cannot carry, and gives a length that the text has at least: shared parts are written out, and the
 * engine does not stop where its longest text ends. `seen` has every object with the depth and length it had.
 */
function check(value, name, depth, seen) {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? value.length : refuse("ENCODING", name);
    case "number":
      return Number.isFinite(value) ? 1 : refuse("NOT_A_WHOLE_NUMBER", name, value);
    case "boolean":
    case "undefined":
      return 1;
    case "object":
      break;
    default:
      return refuse("REQUEST", name, `a ${typeof value}`);
  }
  if (value === null) return 1;
  const before = seen.get(value);
  if (before?.depth >= depth) return before.length;
  if (depth >= native.MAX_DEPTH) return refuse("TOO_DEEP", name);
  const known = { depth, length: 2 };
  seen.set(value, known);
  known.length += checkParts(value, name, depth + 1, seen);
  return known.length;
}

function checkParts(value, name, depth, seen) {
  if (typeof value.toJSON === "function") return check(value.toJSON(), name, depth, seen);
  if (types.isBoxedPrimitive(value)) return check(value.valueOf(), name, depth, seen);
  let length = 0;
  if (Array.isArray(value)) {
    if (value.length > native.MAX_NODES) return refuse("TOO_LARGE", name);
    for (const item of value) length += check(item, name, depth, seen);
    return length;
  }
  if (isIterable(value) || types.isAnyArrayBuffer(value)) {
    return refuse("REQUEST", name, `a ${Object.prototype.toString.call(value).slice(8, -1)}`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) return refuse("ENCODING", name);
    length += key.length + check(item, key, depth, seen);
  }
  return length;
}

function raise(error) {
  throw error;
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

/** A list from anything iterable, refused where it has no end; all else stays, for the core to refuse. */
function list(value, name = "list", change = (item) => item) {
  if (!isIterable(value)) return value;
  if (value.length > native.MAX_NODES) return refuse("TOO_LARGE", name);
  const items = [];
  for (const item of value) {
    if (items.length >= native.MAX_NODES) return refuse("TOO_LARGE", name);
    items.push(change(item, items.length));
  }
  return items;
}

/** The text of bytes. */
function decode(bytes, name) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("ENCODING", name);
  }
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

/** A document as `{ name, text }`, as the bytes of its text, or parsed; the last two get `name`. */
function document(value, name) {
  if (ArrayBuffer.isView(value)) return { name, text: decode(value, name) };
  return !isObject(value) || isDocument(value) ? value : { name, text: toText(value, name) };
}

/** Options whose `paths` may be URLs and whose `documents` may be parsed. */
function files(options) {
  if (!isObject(options)) return options;
  const { paths, documents, ...rest } = options;
  if (paths !== undefined) rest.paths = list(paths, "paths", path);
  if (documents !== undefined) {
    const named = (value, index) => document(value, `documents[${index}]`);
    rest.documents = list(documents, "documents", named);
  }
  return rest;
}

/** Paths, URLs and documents, one or many, as `paths` and `documents`; strings elsewhere than in `paths` if so asked. */
function inputs(values, strings) {
  if (values === undefined) return {};
  const paths = [];
  const texts = strings === undefined ? paths : [];
  const documents = [];
  const many = isIterable(values) && !(values instanceof URL || values instanceof Map || ArrayBuffer.isView(values));
  const all = many ? list(values, "inputs") : [values];
  all.forEach((value, index) => {
    if (isObject(value) && !(value instanceof URL)) documents.push(document(value, `inputs[${index}]`));
    else (value instanceof URL ? paths : texts).push(path(value));
  });
  return strings === undefined ? { paths, documents } : { paths, documents, [strings]: texts };
}

module.exports = { document, files, inputs, isObject, list, merge, path, refuse, toText };
