"""The script that makes data/instance-types.csv, on small inputs: no network, no wheel.

Run by `python3 -m unittest discover -s tests/data`.
"""

import gzip
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("instance_types", str(ROOT / "data/scripts/instance-types"))
script = importlib.util.module_from_spec(importlib.util.spec_from_loader(LOADER.name, LOADER))
LOADER.exec_module(script)


def record(name, **changes):
    """A record as EC2 gives it, with the fields that the table uses."""
    return {
        "InstanceType": name,
        "BareMetal": False,
        "CurrentGeneration": True,
        "Hypervisor": "nitro",
        "MemoryInfo": {"SizeInMiB": 8192},
        "NetworkInfo": {
            "DefaultNetworkCardIndex": 0,
            "Ipv4AddressesPerInterface": 10,
            "MaximumNetworkInterfaces": 3,
            "NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 3}],
        },
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "VCpuInfo": {"DefaultVCpus": 2},
    } | changes


def rows(*records, controller=()):
    newest = {r["InstanceType"]: ("moto-9", r) for r in records}
    return script.table(newest, set(controller))


class Hashes(unittest.TestCase):
    def wheel(self, directory, types):
        document = json.dumps(types).encode()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(script.MEMBER, gzip.compress(document))
        (directory / "moto-9-py3-none-any.whl").write_bytes(content.getvalue())
        return hashlib.sha256(content.getvalue()).hexdigest(), hashlib.sha256(document).hexdigest()

    def test_both_hashes_must_match(self):
        with tempfile.TemporaryDirectory() as temporary:
            directory = pathlib.Path(temporary)
            types = {"a.b": record("a.b")}
            wheel, document = self.wheel(directory, types)
            self.assertEqual(script.records(script.Release("9", wheel, document), directory), types)
            for release, what in [
                (script.Release("9", "0" * 64, document), f"moto-9-py3-none-any.whl: sha256 is {wheel}"),
                (script.Release("9", wheel, "0" * 64), f"instance_types.json.gz: sha256 is {document}"),
            ]:
                with self.assertRaisesRegex(script.Refused, what):
                    script.records(release, directory)

    def test_four_releases_are_pinned_oldest_first(self):
        versions = [tuple(map(int, release.version.split("."))) for release in script.RELEASES]
        self.assertEqual(len(versions), 4)
        self.assertEqual(versions, sorted(versions))


class Union(unittest.TestCase):
    def test_the_newest_release_wins_and_a_retired_type_stays(self):
        old = {"a.b": record("a.b", BareMetal=True), "gone.xl": record("gone.xl")}
        new = {"a.b": record("a.b")}
        union = script.union([("1", old), ("2", new)])
        self.assertEqual({name: source for name, (source, _) in union.items()}, {"a.b": "moto-2", "gone.xl": "moto-1"})
        self.assertFalse(union["a.b"][1]["BareMetal"])

    def test_a_type_only_the_controller_knows_is_refused(self):
        with self.assertRaisesRegex(script.Refused, "z.z"):
            rows(record("a.b"), controller={"z.z"})


class Rows(unittest.TestCase):
    def test_sorted_by_bytes(self):
        names = [row["name"] for row in rows(record("m5.xlarge"), record("m5-x.large"), record("m5.2xlarge"))]
        self.assertEqual(names, ["m5-x.large", "m5.2xlarge", "m5.xlarge"])

    def test_windows(self):
        cases = [
            ("m5.large", {}, ("yes", "x86-64")),
            ("m6g.large", {"ProcessorInfo": {"SupportedArchitectures": ["arm64"]}}, ("no", "architecture")),
            ("mac1.metal", {"ProcessorInfo": {"SupportedArchitectures": ["x86_64_mac"]}}, ("no", "architecture")),
            ("g4dn.xlarge", {"GpuInfo": {}}, ("yes", "x86-64")),
            ("p3.2xlarge", {"GpuInfo": {}}, ("yes", "x86-64")),
            ("p4d.24xlarge", {"GpuInfo": {}}, ("no", "accelerator")),
            ("dl1.24xlarge", {"GpuInfo": {}}, ("no", "accelerator")),
            ("vt1.3xlarge", {"MediaAcceleratorInfo": {}}, ("no", "accelerator")),
            ("f9.large", {"FpgaInfo": {}}, ("no", "accelerator")),
            ("hpc6a.48xlarge", {}, ("unknown", "no-evidence")),
        ]
        for name, changes, expected in cases:
            with self.subTest(name):
                row = rows(record(name, **changes))[0]
                self.assertEqual((row["windows"], row["windows_reason"]), expected)

    def test_contradicting_records_are_refused(self):
        cards = {"DefaultNetworkCardIndex": 0, "Ipv4AddressesPerInterface": 10, "MaximumNetworkInterfaces": 4}
        for changes in [
            {"BareMetal": True},
            {"Hypervisor": "kvm"},
            {"ProcessorInfo": {"SupportedArchitectures": ["riscv"]}},
            {"NetworkInfo": cards | {"NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 3}]}},
        ]:
            with self.subTest(changes), self.assertRaisesRegex(script.Refused, "a.b"):
                rows(record("a.b", **changes))


class AppendOnly(unittest.TestCase):
    def setUp(self):
        self.old = script.write(rows(record("a.b"), record("c.d")))

    def refused(self, new, allow=()):
        with self.assertRaises(script.Refused) as caught:
            script.append_only(self.old, new, set(allow))
        return str(caught.exception)

    def test_a_new_row_and_a_new_source_pass(self):
        new = rows(record("a.b"), record("c.d"), record("e.f"))
        script.append_only(self.old, [row | {"source": "moto-10"} for row in new], set())

    def test_a_dropped_row_is_named(self):
        message = self.refused(rows(record("a.b")))
        self.assertIn("c.d: the row would be dropped; it says c.d,3,3,1,10,nitro", message)
        script.append_only(self.old, rows(record("a.b")), {"c.d"})

    def test_a_changed_row_is_named_with_old_and_new(self):
        new = rows(record("a.b", CurrentGeneration=False), record("c.d", VCpuInfo={"DefaultVCpus": 4}, GpuInfo={}))
        message = self.refused(new, {"a.b"})
        self.assertIn("c.d: vcpus 2 -> 4; accelerators empty -> gpu", message)
        self.assertNotIn("a.b:", message)
        script.append_only(self.old, new, {"a.b", "c.d"})

    def test_an_allowance_that_allows_nothing_is_refused(self):
        self.assertIn("--allow a.b: nothing about it would change", self.refused(rows(record("a.b"), record("c.d")), {"a.b"}))

    def test_a_new_column_passes_and_a_dropped_one_does_not(self):
        new = rows(record("a.b"), record("c.d"))
        script.append_only(self.old.replace(",vcpus,", ",threads,", 1), new, {"columns"})
        self.old = self.old.replace(",vcpus,", ",threads,", 1)
        self.assertIn("columns: threads would be dropped", self.refused(new))


class Committed(unittest.TestCase):
    """The committed table against the counts that were made independently of this script."""

    @classmethod
    def setUpClass(cls):
        cls.text = (ROOT / "data/instance-types.csv").read_bytes().decode()
        cls.columns, cls.rows = script.read(cls.text)

    def test_it_is_what_the_script_writes(self):
        self.assertEqual(self.columns, script.COLUMNS)
        self.assertEqual(script.write(sorted(self.rows, key=lambda row: row["name"].encode())), self.text)

    def test_the_verdicts_are_the_rule(self):
        for row in self.rows:
            architectures, accelerators = row["architectures"].split("+"), row["accelerators"].split("+")
            verdict = script.windows(row["name"], architectures, accelerators)
            self.assertEqual((row["windows"], row["windows_reason"]), verdict, row["name"])

    def test_the_controller_knows_what_its_list_says(self):
        names = script.controller_types((ROOT / "data/controller-types.csv").read_text())
        self.assertEqual(len(names), 1164)
        self.assertEqual({row["name"] for row in self.rows if row["controller_known"] == "true"}, names)


if __name__ == "__main__":
    unittest.main()
