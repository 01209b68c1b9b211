using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Unroll.Exchange.KerasFiles;

/// <summary>What Keras calls activations, initialisers and regularizers, both ways.</summary>
internal static partial class KerasNames
{
    private static readonly Dictionary<string, Activation> s_activations = new(StringComparer.Ordinal)
    {
        ["linear"] = Activation.Linear,
        ["tanh"] = Activation.Tanh,
        ["sigmoid"] = Activation.Sigmoid,
        ["hard_sigmoid"] = Activation.HardSigmoid,
        ["hard_tanh"] = Activation.HardTanh,
        ["relu"] = Activation.Relu,
        ["relu6"] = Activation.Relu6,
        ["leaky_relu"] = Activation.LeakyRelu,
        ["elu"] = Activation.Elu,
        ["selu"] = Activation.Selu,
        ["softplus"] = Activation.Softplus,
        ["softsign"] = Activation.Softsign,
        ["exponential"] = Activation.Exponential,
        ["gelu"] = Activation.Gelu,
        ["silu"] = Activation.Silu,
        ["swish"] = Activation.Silu,
        ["mish"] = Activation.Mish,
        ["hard_silu"] = Activation.HardSwish,
        ["hard_swish"] = Activation.HardSwish,
        ["softmax"] = Activation.Softmax,
    };

    private static readonly Dictionary<string, Initializer> s_initializers = new(StringComparer.Ordinal)
    {
        ["Zeros"] = Initializer.Zeros,
        ["Ones"] = Initializer.Ones,
        ["GlorotUniform"] = Initializer.GlorotUniform,
        ["GlorotNormal"] = Initializer.GlorotNormal,
        ["HeUniform"] = Initializer.HeUniform,
        ["HeNormal"] = Initializer.HeNormal,
        ["LecunUniform"] = Initializer.LecunUniform,
        ["LecunNormal"] = Initializer.LecunNormal,
    };

    /// <summary>The hard sigmoid of Keras 2: 0.2·x + 0.5, clipped.</summary>
    public static Activation HardSigmoidOfKeras2 { get; } = new HardSigmoid(0.2);

    /// <summary>Keras' way of making a file's name of a class: LSTMCell becomes lstm_cell.</summary>
    public static string Snake(string className)
    {
        string words = WordBegins().Replace(className, "$1_$2");
        return CaseChanges().Replace(words, "$1_$2").ToLowerInvariant();
    }

    public static Activation ReadActivation(LayerConfig layer, string option, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.Find("class_name") is { ValueKind: JsonValueKind.String } kind)
        {
            // A layer in the place of a function, or a function with its name as config.
            if (value.Find("config") is { ValueKind: JsonValueKind.Object }
                && kind.GetString() is "ReLU" or "LeakyReLU" or "ELU" or "Softmax" or "Activation")
            {
                return LayerTable.Read(new LayerConfig(layer.Reading, value, $"{layer.Name}'s {option}")) switch
                {
                    Activate activate => activate.Activation,
                    Softmax => Activation.Softmax,
                    _ => Activation.Linear,
                };
            }

            if (value.Find("config") is { ValueKind: JsonValueKind.String } function
                && value.Find("registered_name") is not { ValueKind: JsonValueKind.String })
                value = function;
        }

        if (value.ValueKind == JsonValueKind.String && s_activations.TryGetValue(value.GetString()!, out Activation? found))
            return found == Activation.HardSigmoid && !layer.Reading.IsKeras3 ? HardSigmoidOfKeras2 : found;
        layer.Refuse($"{option} {LayerConfig.Show(value)}");
        return Activation.Linear;
    }

    /// <summary>The name, or a layer where the function has a parameter; null where Keras has none.</summary>
    public static JsonNode? WriteActivation(Activation activation)
    {
        foreach ((string name, Activation known) in s_activations)
        {
            if (known == activation)
                return JsonValue.Create(name);
        }

        return activation switch
        {
            LeakyRelu leaky => Layer("LeakyReLU", new JsonObject { ["negative_slope"] = leaky.Slope }),
            Elu elu => Layer("ELU", new JsonObject { ["alpha"] = elu.Alpha }),
            _ => null,
        };

        static JsonObject Layer(string name, JsonObject config)
        {
            config["name"] = Snake(name);
            return KerasObject("keras.layers", name, config);
        }
    }

    public static Initializer ReadInitializer(LayerConfig layer, string option, JsonElement value, Initializer otherwise)
    {
        (string name, JsonElement? config) = NameOf(value);
        name = string.Concat(name.Split('_').Select(word => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..]));
        double Number(string key, double usual) => config?.Find(key) is { ValueKind: JsonValueKind.Number } number
            ? number.GetDouble() : usual;
        string Word(string key, string usual) => config?.Find(key) is { ValueKind: JsonValueKind.String } word ? word.GetString()! : usual;
        if (s_initializers.TryGetValue(name, out Initializer? known))
            return known;
        try
        {
            switch (name)
            {
                case "Zero":
                    return Initializer.Zeros;
                case "One":
                    return Initializer.Ones;
                case "Constant" when config?.Find("value") is { ValueKind: JsonValueKind.Number }:
                    return Initializer.Constant(Number("value", 0));
                case "RandomNormal" or "Normal":
                    return Initializer.Normal(Number("mean", 0), Number("stddev", 0.05));
                case "RandomUniform" or "Uniform":
                    return Initializer.Uniform(Number("minval", -0.05), Number("maxval", 0.05));
                case "TruncatedNormal":
                    return Initializer.TruncatedNormal(Number("mean", 0), Number("stddev", 0.05));
                case "Orthogonal" or "OrthogonalInitializer":
                    return Number("gain", 1) is 1 ? Initializer.Orthogonal : new OrthogonalInitializer(Number("gain", 1));
                case "Identity" or "IdentityInitializer":
                    return Initializer.Identity(Number("gain", 1));
                case "VarianceScaling":
                    Fan? fan = Word("mode", "fan_in") switch
                    {
                        "fan_in" => Fan.In,
                        "fan_out" => Fan.Out,
                        "fan_avg" =>
                        Fan.Average,
                        _ => null
                    };
                    WeightDistribution? drawn = Word("distribution", "truncated_normal") switch
                    {
                        "truncated_normal" or "normal" => WeightDistribution.TruncatedNormal,
                        "untruncated_normal" => WeightDistribution.Normal,
                        "uniform" => WeightDistribution.Uniform,
                        _ => null,
                    };
                    if (fan is { } mode && drawn is { } distribution)
                        return Initializer.VarianceScaling(Number("scale", 1), mode, distribution);
                    break;
            }
        }
        catch (ArgumentException)
        {
            // Numbers that no initialiser takes: told below.
        }

        layer.Note($"{option} {LayerConfig.Show(value)}");
        return otherwise;
    }

    /// <summary>Null where Keras has none like it.</summary>
    public static JsonObject? WriteInitializer(Initializer initializer)
    {
        foreach ((string name, Initializer known) in s_initializers)
        {
            if (known == initializer)
                return KerasObject("keras.initializers", name, known is ConstantInitializer ? [] : new JsonObject { ["seed"] = null });
        }

        (string Name, JsonObject Config)? written = initializer switch
        {
            ConstantInitializer constant => ("Constant", new JsonObject { ["value"] = constant.Value }),
            NormalInitializer normal => ("RandomNormal", new JsonObject
            {
                ["mean"] = normal.Mean,
                ["stddev"] = normal.Deviation,
                ["seed"] = null
            }),
            UniformInitializer uniform => ("RandomUniform", new JsonObject
            {
                ["minval"] = uniform.Min,
                ["maxval"] = uniform.Max,
                ["seed"] = null
            }),
            TruncatedNormalInitializer cut => ("TruncatedNormal",
                new JsonObject { ["mean"] = cut.Mean, ["stddev"] = cut.Deviation, ["seed"] = null }),
            OrthogonalInitializer orthogonal => ("Orthogonal", new JsonObject { ["gain"] = orthogonal.Gain, ["seed"] = null }),
            IdentityInitializer identity => ("Identity", new JsonObject { ["gain"] = identity.Gain }),
            VarianceScalingInitializer scaling => ("VarianceScaling", new JsonObject
            {
                ["scale"] = scaling.Scale,
                ["mode"] = scaling.Fan switch { Fan.In => "fan_in", Fan.Out => "fan_out", _ => "fan_avg" },
                ["distribution"] = scaling.Distribution switch
                {
                    WeightDistribution.TruncatedNormal => "truncated_normal",
                    WeightDistribution.Normal => "untruncated_normal",
                    _ => "uniform",
                },
                ["seed"] = null,
            }),
            _ => null,
        };
        return written is { } each ? KerasObject("keras.initializers", each.Name, each.Config) : null;
    }

    public static Regularizer? ReadRegularizer(LayerConfig layer, string option, JsonElement value)
    {
        (string name, JsonElement? config) = NameOf(value);
        double? Number(string key) => config?.Find(key) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
        (double First, double Second)? weights = name switch
        {
            "L1" or "l1" => (Number("l1") ?? 0.01, 0),
            "L2" or "l2" => (0, Number("l2") ?? 0.01),
            "L1L2" or "l1_l2" => (Number("l1") ?? 0, Number("l2") ?? 0),
            _ => null,
        };
        if (weights is ( >= 0, >= 0) and var (first, second) && double.IsFinite(first + second))
            return new L1L2(first, second);
        layer.Note($"{option} {LayerConfig.Show(value)}");
        return null;
    }

    /// <summary>Null where Keras has none like it.</summary>
    public static JsonObject? WriteRegularizer(Regularizer regularizer) => regularizer is L1L2 both
        ? KerasObject("keras.regularizers", "L1L2", new JsonObject { ["l1"] = both.L1, ["l2"] = both.L2 })
        : null;

    /// <summary>An object as Keras 3 writes it.</summary>
    public static JsonObject KerasObject(string module, string className, JsonObject config) => new()
    {
        ["module"] = module,
        ["class_name"] = className,
        ["config"] = config,
        ["registered_name"] = null,
    };

    private static (string Name, JsonElement? Config) NameOf(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? (value.GetString()!, null)
        : (value.Find("class_name") is { ValueKind: JsonValueKind.String } name ? name.GetString()! : "", value.Find("config"));

    [GeneratedRegex("(.)([A-Z][a-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex WordBegins();

    [GeneratedRegex("([a-z])([A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex CaseChanges();
}
