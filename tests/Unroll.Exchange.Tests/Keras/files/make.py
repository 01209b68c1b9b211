"""Makes the files of this folder with h5py, as versions of Keras lay them out. Numbers follow from their place, so that tests know them."""
import json
import h5py
import numpy as np

TEXT = h5py.string_dtype()


def weights(shape, first, kind="<f4"):
    count = int(np.prod(shape))
    return ((np.arange(first, first + count) * 7919 % 2001 - 1000) / 2000).astype(kind).reshape(shape)


def older(path, texts, **storage):
    """A stack of tf.keras 2.10: texts of any length, chunks."""
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 5, 3], "dtype": "float32", "sparse": False, "ragged": False, "name": "gru_input"}},
        {"class_name": "GRU", "config": {"name": "gru", "trainable": True, "dtype": "float32", "return_sequences": False, "return_state": False,
            "go_backwards": False, "stateful": False, "unroll": False, "time_major": False, "units": 4, "activation": "tanh",
            "recurrent_activation": "sigmoid", "use_bias": True, "dropout": 0.0, "recurrent_dropout": 0.0, "implementation": 2, "reset_after": True,
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
            "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}},
            "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": None, "recurrent_regularizer": None,
            "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "recurrent_constraint": None, "bias_constraint": None}},
        {"class_name": "Dense", "config": {"name": "dense", "trainable": True, "dtype": "float32", "units": 2, "activation": "linear", "use_bias": True}},
    ]
    with h5py.File(path, "w", **({} if texts else {"libver": "latest"})) as file:
        file.attrs["keras_version"] = "2.10.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}})
        file.attrs["training_config"] = json.dumps({"loss": "mse"})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array(["gru", "dense"], dtype=TEXT)
        for layer, arrays in (("gru", [("kernel", (3, 12)), ("recurrent_kernel", (4, 12)), ("bias", (2, 12))]), ("dense", [("kernel", (4, 2)), ("bias", (2,))])):
            own = group.create_group(layer)
            names = [f"{layer}/{'gru_cell/' if layer == 'gru' else ''}{name}:0" for name, _ in arrays]
            own.attrs["weight_names"] = np.array(names, dtype=TEXT)
            for i, (name, (_, shape)) in enumerate(zip(names, arrays)):
                own.create_dataset(name, data=weights(shape, 100 * i), **storage)


def newer(path, kind):
    """The same weights as Keras 3 lays them out, in another type of numbers."""
    with h5py.File(path, "w") as file:
        file.create_group("vars")
        for layer, arrays in (("gru/cell", [(3, 12), (4, 12), (2, 12)]), ("dense", [(4, 2), (2,)])):
            group = file.create_group(f"layers/{layer}/vars")
            for i, shape in enumerate(arrays):
                values = weights(shape, 100 * i)
                if kind == "bfloat16":
                    data = group.create_dataset(str(i), data=(values.view("<u4") >> 16).astype("<u2").view("V2"))
                    data.attrs["dtype"] = "bfloat16"
                else:
                    group.create_dataset(str(i), data=values.astype(kind))
        file.create_group("layers/gru/vars")


older("tf210.h5", True)
older("tf210-chunks.h5", True, chunks=True, compression="gzip", shuffle=True)
older("tf210-latest.h5", False)
newer("half.weights.h5", "<f2")
newer("brain.weights.h5", "bfloat16")
newer("big-endian.weights.h5", ">f8")
