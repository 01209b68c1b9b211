using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>
/// The options of one layer in a file. Each is read by its name, once or more; what nobody has read at the end is an option that Unroll
/// does not know, and is refused unless it is off (null or false).
/// </summary>
internal sealed class LayerConfig
{
    private static readonly string[] s_common =
        ["name", "trainable", "dtype", "batch_input_shape", "batch_shape", "build_config", "input_shape", "autocast"];

    private readonly JsonElement _options;
    private readonly HashSet<string> _read = [.. s_common];

    /// <param name="reading">Of the file.</param>
    /// <param name="layer">The object {class_name, config}.</param>
    /// <param name="name">The layer's name where the object itself does not say it.</param>
    public LayerConfig(KerasReading reading, JsonElement layer, string? name = null)
    {
        Reading = reading;
        if (layer.ValueKind != JsonValueKind.Object || layer.Find("class_name") is not { ValueKind: JsonValueKind.String } kind)
            throw reading.Damaged("a layer has no class_name");
        ClassName = kind.GetString()!;
        Module = layer.Find("module") is { ValueKind: JsonValueKind.String } module ? module.GetString()! : "";
        RegisteredName = layer.Find("registered_name") is { ValueKind: JsonValueKind.String } registered ? registered.GetString() : null;
        _options = layer.Find("config") ?? throw reading.Damaged($"a layer of class {ClassName} has no config");
        if (_options.ValueKind != JsonValueKind.Object)
            throw reading.Damaged($"a layer of class {ClassName} has a config that is no object");
        Name = (_options.Find("name") is { ValueKind: JsonValueKind.String } own ? own.GetString() : null) ?? name ?? ClassName;
        IsTrainable = _options.Find("trainable") is not { ValueKind: JsonValueKind.False };
        if (_options.Find("dtype") is { } type)
            CheckType(type);
    }

    public KerasReading Reading { get; }

    public string ClassName { get; }

    public string Module { get; }

    public string? RegisteredName { get; }

    public string Name { get; }

    public bool IsTrainable { get; }

    /// <summary>The shapes that the layer is applied to, where that is known.</summary>
    public IReadOnlyList<Shape>? Inputs { get; init; }

    /// <summary>How errors name it.</summary>
    public string Label => Name == ClassName ? Name : $"{Name} ({ClassName})";

    public void Refuse(string what) => Reading.Refuse($"{Label} has {what}");

    public void Note(string what) => Reading.Note($"{Reading.Path}: {Label} has {what}, which Unroll leaves out. It matters for "
        + "training only.");

    /// <summary>The option as it stands; null where it is not there or null.</summary>
    public JsonElement? Find(string name)
    {
        _read.Add(name);
        return _options.Find(name);
    }

    /// <summary>Whether the option stands there as null, which not all options take for their usual value.</summary>
    public bool IsNull(string name)
    {
        _read.Add(name);
        return _options.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null;
    }

    public int Int(string name, int? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Wrong(name, "is missing");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= int.MinValue and <= int.MaxValue and var real
                && Math.Floor(real) == real
                ? (int)real
                : throw Wrong(name, "is no whole number");
    }

    public double Number(string name, double? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Wrong(name, "is missing");
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, "is no number");
    }

    /// <summary>One number, or a list of them; an array of NumPy is kept with its type around it.</summary>
    public double[] Numbers(string name, double[]? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Wrong(name, "is missing");
        if (value.Find("class_name") is { ValueKind: JsonValueKind.String } kind && kind.GetString() is "__numpy__" or "__tensor__")
            value = value.Find("config")?.Find("value") ?? throw Wrong(name, "is an array without numbers");
        if (value.ValueKind == JsonValueKind.Number)
            return [value.GetDouble()];
        double[] numbers = [.. ((JsonElement?)value).Elements().Select(each => each.ValueKind == JsonValueKind.Number
            ? each.GetDouble()
            : throw Wrong(name, "has something else than numbers"))];
        return numbers.Length > 0 ? numbers : throw Wrong(name, "has no numbers");
    }

    public bool Flag(string name, bool otherwise) => Find(name) is not { } value
        ? otherwise
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when value.TryGetInt32(out int number) && number is 0 or 1 => value.GetInt32() == 1,
            _ => throw Wrong(name, "is neither true nor false"),
        };

    public string Word(string name, string otherwise) => Find(name) is not { } value
        ? otherwise
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "is no word");

    /// <summary>One number for each extent: given so, or as one number for all.</summary>
    public int[] Ints(string name, int count, int[]? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Wrong(name, "is missing");
        int[] numbers = IntsOf(value, name);
        return value.ValueKind == JsonValueKind.Number
            ? [.. Enumerable.Repeat(numbers[0], count)]
            : numbers.Length == count ? numbers : throw Wrong(name, $"does not have {count} numbers");
    }

    /// <summary>A list of any length, of which nested lists are laid out one after the other.</summary>
    public int[] List(string name) => IntsOf(Find(name) ?? throw Wrong(name, "is missing"), name);

    public Activation Activation(string name, Activation otherwise) =>
        Find(name) is { } value ? KerasNames.ReadActivation(this, name, value) : otherwise;

    public Initializer Initializer(string name, Initializer otherwise) =>
        Find(name) is { } value ? KerasNames.ReadInitializer(this, name, value, otherwise) : otherwise;

    public Regularizer? Regularizer(string name) => Find(name) is { } value ? KerasNames.ReadRegularizer(this, name, value) : null;

    public Padding Padding(bool mayBeCausal) => Word("padding", "valid") switch
    {
        "valid" => Unroll.Padding.Valid,
        "same" => Unroll.Padding.Same,
        "causal" when mayBeCausal => Unroll.Padding.Causal,
        var other => throw Wrong("padding", $"is {other}"),
    };

    /// <summary>Options that change nothing that Unroll computes.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            _read.Add(name);
    }

    /// <summary>Options that matter for training only, and are told where they are on.</summary>
    public void ForTraining(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Find(name) is { ValueKind: not JsonValueKind.False } value)
                Note($"{name} {Show(value)}");
        }
    }

    /// <summary>An option that Unroll has with one value only.</summary>
    public void Require(string name, string value)
    {
        if (Find(name) is { } given && Show(given) != value)
            Refuse($"{name} {Show(given)}");
    }

    /// <summary>The extent that an axis means must be the last one.</summary>
    public void RequireLastAxis(string name = "axis")
    {
        if (Find(name) is not { } value)
            return;
        int[] axes = IntsOf(value, name);
        bool isLast = axes is [int axis] && (axis == -1 || (axis > 0 && (Inputs is null || axis == Inputs[0].Rank)));
        if (!isLast)
            Refuse($"{name} {Show(value)}; Unroll has the last extent only");
    }

    /// <summary>At the end: what nobody has read, and is on, is refused.</summary>
    public void Finish()
    {
        foreach (JsonProperty option in _options.EnumerateObject())
        {
            if (!_read.Contains(option.Name) && option.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
                Refuse($"the option {option.Name} {Show(option.Value)}");
        }
    }

    public UnrollException Wrong(string option, string what) => Reading.Damaged($"{option} of {Label} {what}");

    /// <summary>A value as it is written in the file, cut where it is long; words without quotation marks.</summary>
    public static string Show(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }

    private int[] IntsOf(JsonElement value, string name)
    {
        var numbers = new List<int>();
        void Add(JsonElement each)
        {
            if (each.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement one in each.EnumerateArray())
                    Add(one);
            }
            else
            {
                numbers.Add(each.ValueKind == JsonValueKind.Number && each.TryGetInt32(out int number)
                    ? number
                    : throw Wrong(name, "has something else than whole numbers"));
            }
        }

        Add(value);
        return numbers.Count > 0 ? [.. numbers] : throw Wrong(name, "is empty");
    }

    /// <summary>Weights are read as 32-bit numbers whatever a layer computed in.</summary>
    private void CheckType(JsonElement type)
    {
        string? name = type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : type.Find("config")?.Find("name") is { ValueKind: JsonValueKind.String } policy ? policy.GetString() : null;
        if (name is not (null or "float32" or "int32" or "int64"))
        {
            if (name is "string" or "complex64" or "complex128" || name.Contains("int8", StringComparison.Ordinal)
                || name.Contains("float8", StringComparison.Ordinal))
                Refuse($"dtype {name}");
            else
                Note($"dtype {name}: Unroll computes in float32");
        }
    }
}

/// <summary>JSON as far as the files need it.</summary>
internal static class JsonReading
{
    /// <summary>A property of an object; null where it is not there, or null, or the value is no object.</summary>
    public static JsonElement? Find(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement found)
            && found.ValueKind != JsonValueKind.Null
            ? found
            : null;

    /// <summary>The elements of a list; none of anything else.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}
