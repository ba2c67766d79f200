"use strict";

// The class Subnet. Its state is native; a handle is freed with the object that holds it.

const { inspect } = require("node:util");
const native = require("./native.js");
const { isObject, list, merge, toText } = require("./convert.js");

const HANDLE = Symbol("handle");

class Subnet {
  #handle;

  constructor(cidr, options) {
    if (options?.[HANDLE]) {
      this.#handle = options[HANDLE];
      return;
    }
    this.#handle = new native.Subnet(toText(merge(lists(options), { cidr }), "subnet"));
  }

  assign(address, owner) {
    this.#handle.change("assign", toText({ address, owner }, "address"));
  }

  assignPrefix(prefix, owner) {
    this.#handle.change("assignPrefix", toText({ prefix, owner }, "prefix"));
  }

  release(address) {
    this.#handle.change("release", toText({ address }, "address"));
  }

  releasePrefix(prefix) {
    this.#handle.change("releasePrefix", toText({ prefix }, "prefix"));
  }

  reserve(cidr, type) {
    this.#handle.change("reserve", toText({ cidr, type }, "reservation"));
  }

  owner(address) {
    return this.#ask("owner", { address });
  }

  isFree(address) {
    return this.#ask("isFree", { address });
  }

  contains(address) {
    return this.#ask("contains", { address });
  }

  census(options) {
    return this.#ask("census", merge(options, {}));
  }

  cure(prefixes, options) {
    return this.#ask("cure", merge(options, { prefixes }));
  }

  proposeReservations(prefixes, options) {
    return this.#ask("proposeReservations", merge(options, { prefixes }));
  }

  forecast(more, options) {
    return this.#ask("forecast", merge(options, more === undefined ? {} : { more: list(more, "more") }));
  }

  copy() {
    return new Subnet(undefined, { [HANDLE]: this.#handle.copy() });
  }

  equals(other) {
    return other instanceof Subnet && this.#handle.equals(other.#handle);
  }

  get cidr() {
    return this.#handle.cidr;
  }

  get id() {
    return this.#handle.id ?? null;
  }

  get totalAddresses() {
    return this.#handle.totalAddresses;
  }

  get usableAddresses() {
    return this.#handle.usableAddresses;
  }

  get usedAddresses() {
    return this.#handle.usedAddresses;
  }

  get freeAddresses() {
    return this.#handle.freeAddresses;
  }

  get freePrefixes() {
    return this.#handle.freePrefixes;
  }

  get countsLastBlock() {
    return this.#handle.countsLastBlock;
  }

  toJSON() {
    return this.#ask("toJSON", {});
  }

  [inspect.custom](_, options) {
    const { cidr, freeAddresses, freePrefixes } = this;
    return `Subnet ${inspect({ cidr, freeAddresses, freePrefixes }, options)}`;
  }

  #ask(what, request) {
    return JSON.parse(this.#handle.ask(what, toText(request, what)));
  }
}

/** What is used and reserved as lists; what is no iterable stays, for the core to refuse. */
function lists(options) {
  if (!isObject(options)) return options;
  const { used, reservations, ...rest } = options;
  if (used !== undefined) rest.used = list(used, "used");
  if (reservations !== undefined) rest.reservations = list(reservations, "reservations");
  return rest;
}

module.exports = { Subnet, lists };
