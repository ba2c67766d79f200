"""What one writes today without a tool: free aligned /28 blocks of every subnet, with json and ipaddress.

    python3 benches/peers/census.py DIRECTORY

Reads the two listings that benches/generate-interfaces writes. It answers a part of what `winpod plan` does.
"""

import ipaddress
import json
import pathlib
import sys

directory = pathlib.Path(sys.argv[1])
subnets = json.loads((directory / "describe-subnets.json").read_text())["Subnets"]
interfaces = json.loads((directory / "describe-network-interfaces.json").read_text())["NetworkInterfaces"]

blocks = {subnet["SubnetId"]: set() for subnet in subnets}
for interface in interfaces:
    busy = blocks[interface["SubnetId"]]
    for address in interface["PrivateIpAddresses"]:
        busy.add(int(ipaddress.IPv4Address(address["PrivateIpAddress"])) >> 4)
    for prefix in interface.get("Ipv4Prefixes", []):
        busy.add(int(ipaddress.IPv4Network(prefix["Ipv4Prefix"]).network_address) >> 4)
for subnet in subnets:
    cidr = ipaddress.IPv4Network(subnet["CidrBlock"])
    first, last = int(cidr.network_address) >> 4, int(cidr.broadcast_address) >> 4
    free = sum(block not in blocks[subnet["SubnetId"]] for block in range(first + 1, last))
    print(subnet["SubnetId"], free)
