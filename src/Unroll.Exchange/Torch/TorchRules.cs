using System.Globalization;

namespace Unroll.Exchange.TorchFiles;

/// <summary>The rules of all layers of a model, with the names that the options give.</summary>
internal sealed class TorchRules
{
    private readonly TorchOptions _options;

    // For each name in the file the layer that has it, and Unroll's name for it.
    private readonly Dictionary<string, (string Layer, string Tensor)> _owners = new(StringComparer.Ordinal);
    private readonly HashSet<string> _replaced = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    private TorchRules(TorchOptions options) => _options = options;

    /// <summary>One for each parameter.</summary>
    public List<TorchName> Names { get; } = [];

    /// <summary>Whole numbers that PyTorch counts batches with: written as 0, and not looked at.</summary>
    public List<string> Counters { get; } = [];

    /// <exception cref="UnsupportedModelException">Layers that PyTorch does not have, unless they keep their layout.</exception>
    public static TorchRules Of(Model model, TorchOptions options)
    {
        options.Validate();
        var rules = new TorchRules(options);
        var reasons = new List<string>();
        Dictionary<Node, FeatureOrder> orders = FeatureOrder.Of(model.Graph);
        foreach (LayerUse use in model.Graph.Uses.Where(use => use.Owner == use))
        {
            string name = model.Graph.NameOf(use);
            Parameter[] parameters = [.. model.Parameters.Where(parameter => parameter.IsOf(name))];
            if (parameters.Length == 0)
                continue;
            FeatureOrder order = options.ChannelsFirst ? orders[use.Inputs[0]] : default;
            var layer = new TorchLayer(rules, name, parameters, use.Inputs[0].Shape, order);
            if (layer.Add(use.Layer) is not { } reason)
                layer.Finish();
            else if (options.OwnLayouts == true)
                layer.KeepOwn();
            else
                reasons.Add($"{name}: {reason}");
        }

        if (reasons.Count > 0)
            throw new UnsupportedModelException("The model", reasons, "PyTorch's state dictionaries have no such layers. Set "
                + "TorchOptions.OwnLayouts to keep them in Unroll's own layouts.");
        if (options.Names.Keys.FirstOrDefault(key => !rules._replaced.Contains(key)) is { } unknown)
            throw new UnrollException($"Names replaces {unknown}, but there is no such module or tensor; the tensors are: "
                + $"{string.Join(", ", rules._known)}.")
            { Subject = "names" };
        return rules;
    }

    /// <summary>The name of a tensor in the file.</summary>
    /// <param name="module">Its module's name as Unroll makes it.</param>
    /// <param name="leaf">Its name in the module.</param>
    /// <param name="owner">The layer that it belongs to.</param>
    public string NameOf(string module, string leaf, string owner)
    {
        string whole = $"{module}.{leaf}";
        if (!_known.Contains(whole))
            _known.Add(whole);
        string name = _options.Prefix + Replace(whole, module, leaf);
        if (!_owners.TryAdd(name, (owner, whole)) && _owners[name] != (owner, whole))
            throw new UnrollException($"{_owners[name].Tensor} of {_owners[name].Layer} and {whole} of {owner} would both be the tensor "
                + $"{name}. Give one of the layers another Name, or one of the tensors another in TorchOptions.Names.");
        return name;
    }

    private string Replace(string whole, string module, string leaf)
    {
        for (string part = whole; part.Length > 0; part = part.LastIndexOf('.') is var point and > 0 ? part[..point] : "")
        {
            if (!_options.Names.TryGetValue(part, out string? given))
                continue;
            _replaced.Add(part);
            if (part == whole)
                return given;
            string rest = part == module ? "" : module[(part.Length + 1)..];
            (string path, string tensor) = OfLayer(given, leaf);
            return string.Join('.', new[] { path, rest, tensor }.Where(each => each.Length > 0));
        }

        return whole;
    }

    /// <summary>A number sign in a module's name says which of its layers is meant.</summary>
    private static (string Path, string Leaf) OfLayer(string given, string leaf)
    {
        int sign = given.LastIndexOf('#');
        if (sign < 0)
            return (given, leaf);
        int at = leaf.IndexOf("_l0", StringComparison.Ordinal);
        return at >= 0 && int.TryParse(given[(sign + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            ? (given[..sign], string.Create(CultureInfo.InvariantCulture, $"{leaf[..at]}_l{layer}{leaf[(at + 3)..]}"))
            : throw new UnrollException($"{given} names a layer of a recurrent module by its number, but {leaf} is in none with one "
                + $"layer. Leave #{given[(sign + 1)..]} out.")
            { Subject = "names" };
    }
}
