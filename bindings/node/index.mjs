import winpod from "./index.js";

export const {
  aggregate,
  call,
  capacity,
  contains,
  ipam,
  mixedCapacity,
  overlaps,
  plan,
  planSync,
  prefix,
  rangeToPrefixes,
  sources,
  subnets,
  subtract,
  supernet,
  types,
} = winpod;
