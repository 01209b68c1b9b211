"""Makes the small files of this folder: python3 make.py. Python's own pickle, zipfile and struct write them; PyTorch and NumPy are not
needed. What torch.save gives to the pickler is imitated by classes of the same names."""
import collections
import io
import json
import os
import pickle
import struct
import sys
import types
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
torch = types.ModuleType("torch")
utils = types.ModuleType("torch._utils")
storage_module = types.ModuleType("torch.storage")
sys.modules.update({"torch": torch, "torch._utils": utils, "torch.storage": storage_module})


def stand_in(module, name):
    def function():
        raise NotImplementedError

    function.__module__, function.__qualname__, function.__name__ = module.__name__, name, name
    setattr(module, name, function)
    return function


rebuild = stand_in(utils, "_rebuild_tensor_v2")
rebuild_v3 = stand_in(utils, "_rebuild_tensor_v3")
rebuild_parameter = stand_in(utils, "_rebuild_parameter")
TYPES = {"Float": "<f", "Double": "<d", "Half": "<e", "Long": "<q", "Int": "<i", "Short": "<h", "Char": "<b", "Byte": "<B", "Bool": "<?",
         "BFloat16": "<H"}
for each in TYPES:
    stand_in(torch, each + "Storage")
stand_in(storage_module, "UntypedStorage")
uint16 = stand_in(torch, "uint16")
torch_size = stand_in(torch, "Size")


class Storage:
    def __init__(self, kind, values, key, order="<"):
        self.kind, self.key, self.length = kind, str(key), len(values)
        code = TYPES[kind].replace("<", order) if kind in TYPES else order + "H"
        self.bytes = b"".join(struct.pack(code, value) for value in values)
        if kind not in TYPES:
            self.length = len(self.bytes)


class Reduced:
    """A value that is made by calling a function, as a tensor is."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def tensor(storage, shape, strides=None, offset=0):
    if strides is None:
        strides, step = [], 1
        for extent in reversed(shape):
            strides.insert(0, step)
            step *= extent
    return Reduced(rebuild, storage, offset, tuple(shape), tuple(strides), False, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            module = torch if value.kind in TYPES else storage_module
            return ("storage", getattr(module, value.kind + "Storage"), value.key, "cpu", value.length)
        return None


class LegacyPickler(Pickler):
    def persistent_id(self, value):
        found = super().persistent_id(value)
        return found and (*found, None)


def write_torch(name, value, storages, protocol=2, folder="archive", byteorder=None, compression=zipfile.ZIP_STORED):
    data = io.BytesIO()
    Pickler(data, protocol=protocol).dump(value)
    with zipfile.ZipFile(os.path.join(HERE, name), "w", compression) as file:
        records = [("data.pkl", data.getvalue())]
        if byteorder:
            records.append(("byteorder", byteorder.encode()))
        records += [("data/" + each.key, each.bytes) for each in storages] + [("version", b"3\n")]
        for record, content in records:
            info = zipfile.ZipInfo(f"{folder}/{record}", (1980, 1, 1, 0, 0, 0))
            info.compress_type = compression
            file.writestr(info, content)


def write_legacy(name, value, storages):
    """As torch.save did before 1.6."""
    with open(os.path.join(HERE, name), "wb") as file:
        for each in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}):
            pickle.dump(each, file, protocol=2)
        LegacyPickler(file, protocol=2).dump(value)
        keys = sorted(each.key for each in storages)
        pickle.dump(keys, file, protocol=2)
        for key in keys:
            each = next(each for each in storages if each.key == key)
            file.write(struct.pack("<q", each.length) + each.bytes)


def torch_files():
    shared = Storage("Float", [0.5, -1.0, 2.0, -0.0, 4.0, 5.5], 0)
    half = Storage("Half", [1.5, -2.0], 1)
    brain = Storage("BFloat16", [0x3FC0, 0xC000], 2)
    double = Storage("Double", [0.1, 0.2, 0.3], 3)
    counter = Storage("Long", [7], 4)
    others = [Storage(kind, values, 5 + i) for i, (kind, values) in enumerate(
        [("Int", [-3, 4]), ("Short", [-5, 6]), ("Char", [-7, 8]), ("Byte", [9, 250]), ("Bool", [True, False])])]
    untyped = Storage("Untyped", [1, 65535], 10)
    state = collections.OrderedDict()
    state["whole"] = tensor(shared, [2, 3])
    state["transposed"] = tensor(shared, [3, 2], [1, 3])
    state["tied"] = tensor(shared, [2, 3])
    state["column"] = tensor(shared, [2], [3], 1)
    state["row"] = tensor(shared, [3], [1], 3)
    state["half"] = Reduced(rebuild_parameter, tensor(half, [2]), True, collections.OrderedDict())
    state["brain"] = tensor(brain, [2])
    state["double"] = tensor(double, [3, 1])
    state["counter"] = tensor(counter, [])
    state["empty"] = tensor(counter, [0, 4])
    for each in others:
        state[each.kind.lower()] = tensor(each, [2])
    state["words"] = Reduced(rebuild_v3, untyped, 0, (2,), (1,), False, collections.OrderedDict(), uint16)
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    storages = [shared, half, brain, double, counter, *others, untyped]
    checkpoint = {"epoch": 3, "name": "small", "loss": 0.25, "best": None, "model": state,
                  "optimizer": {"state": {0: {"step": 5, "exp_avg": tensor(shared, [2], [3], 1)}}, "param_groups": [{"lr": 1e-3, "params": [0, 1]}]},
                  "large": 1 << 80, "flag": True, "size": Reduced(torch_size, (2, 3))}
    for protocol in (2, 3, 4, 5):
        write_torch(f"checkpoint{protocol}.pt", checkpoint, storages, protocol, folder=f"any name {protocol}")
    write_torch("deflated.pth", state, storages, folder="x", compression=zipfile.ZIP_DEFLATED)
    write_legacy("legacy.pth", checkpoint, storages)
    big = Storage("Float", [1.0, -2.5], 0, ">")
    write_torch("bigendian.pt", {"w": tensor(big, [2])}, [big], byteorder="big")


def npy(kind, values, shape, fortran=False, version=1):
    code = kind[0].replace("|", "<") + {"f4": "f", "f8": "d", "f2": "e", "i4": "i", "i8": "q", "u1": "B", "b1": "?", "i2": "h"}[kind[1:]]
    header = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {tuple(shape)}, }}"
    length = struct.Struct("<H" if version == 1 else "<I")
    size = 8 + length.size
    header += " " * (-(size + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY" + bytes([version, 0]) + length.pack(len(header)) + header.encode() + b"".join(struct.pack(code, v) for v in values)


def numpy_files():
    arrays = {"float": npy("<f4", [1, -2, 3, 4, 5, 6], (2, 3)), "fortran": npy("<f4", [1, 4, -2, 5, 3, 6], (2, 3), True),
              "big": npy(">f8", [0.5, -0.25], (2,), version=2), "half": npy("<f2", [1.5], (), version=3),
              "long": npy("<i8", [-9], (1,)), "byte": npy("|u1", [7, 255], (2, 1)), "bool": npy("|b1", [True], (1,)),
              "cube": npy("<i2", list(range(24)), (2, 3, 4), True), "none": npy("<f4", [], (0, 3))}
    for name, compression in (("arrays.npz", zipfile.ZIP_STORED), ("deflated.npz", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(os.path.join(HERE, name), "w", compression) as file:
            for key, content in arrays.items():
                info = zipfile.ZipInfo(key + ".npy", (1980, 1, 1, 0, 0, 0))
                info.compress_type = compression
                # As numpy.savez does: sizes of 64 bits in the local header.
                with file.open(info, "w", force_zip64=True) as record:
                    record.write(content)
    with open(os.path.join(HERE, "one.npy"), "wb") as file:
        file.write(npy("<f4", [1.5, 2.5], (2,)))


def safetensors_file():
    header = {"__metadata__": {"format": "pt", "who": "make.py"}, "b": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]},
              "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "none": {"dtype": "I64", "shape": [0], "data_offsets": [12, 12]},
              "c": {"dtype": "BF16", "shape": [], "data_offsets": [12, 14]}}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    body = struct.pack("<ff", 1.5, -2) + struct.pack("<ee", 0.5, 4) + struct.pack("<H", 0x3FC0)
    with open(os.path.join(HERE, "small.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


torch_files()
numpy_files()
safetensors_file()
