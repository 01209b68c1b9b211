using Unroll.Exchange.Hdf5;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.KerasFiles;

/// <summary>
/// The weights of a file, of Keras 3 (groups by class and number) or of older ones (groups by name, with lists of names).
/// </summary>
internal sealed class WeightFile
{
    /// <summary>The folder of layers in files of versions 2.12 to 2.15.</summary>
    private const string Folder = "_layer_checkpoint_dependencies";

    private const long AlwaysAllowed = 1L << 21, MostOfByte = 5;

    private readonly Hdf5Group _root;
    private readonly string _path;

    /// <summary>A file of Keras 2 has the list of its layers at the root, or in the group model_weights.</summary>
    private readonly Hdf5Group? _older;

    public WeightFile(KerasFile file)
    {
        (_root, _path) = (file.Weights, file.Path);
        Hdf5Group root = _root;
        Count = (int)Math.Min(Math.Max(AlwaysAllowed, MostOfByte * file.Length), _root.Datasets().Sum(dataset => dataset.Length));
        Hdf5Group group = root.Members.GetValueOrDefault("model_weights") as Hdf5Group ?? root;
        _older = group.Texts("layer_names") is null ? null : group;
        if (_older is null && !root.Members.ContainsKey("layers") && !root.Members.ContainsKey(Folder))
            throw new UnrollException($"{_path} has neither the groups of Keras 3 nor a list of layers of Keras 2. Give a file that "
                + "Keras wrote.");
    }

    /// <summary>How many numbers all datasets have together; not more than a file of this length deserves, whatever they say.</summary>
    public int Count { get; }

    /// <summary>Puts the weights of all layers into a model.</summary>
    public void FillAll(Model model, IReadOnlyList<LayerPlace> layers)
    {
        var values = new Dictionary<string, float[]>();
        if (_older is null)
            RequireAllWanted(layers);
        foreach ((LayerPlace layer, Hdf5Group group) in _older is null ? [.. layers.Select(layer => (layer, _root))] : InOrder(layers))
            Read(layer, group, layer.Path, values);
        Set(model, values);
    }

    /// <summary>Puts weights into the layers of the same names; returns the layers that the file does not have.</summary>
    public IReadOnlyList<string> FillByName(Model model, IReadOnlyList<LayerPlace> layers, MissingWeights missing)
    {
        Dictionary<string, string>? named = _older is null ? NamesOfGroups() : null;
        var values = new Dictionary<string, float[]>();
        var absent = new List<string>();
        foreach (LayerPlace layer in layers.Where(layer => layer.Places.Count > 0))
        {
            if (named?.TryGetValue(layer.Name, out string? path) == true)
                Read(layer, _root, path, values);
            else if (_older?.Members.GetValueOrDefault(layer.Name) is Hdf5Group group)
                Read(layer, group, layer.Path, values);
            else
                absent.Add(layer.Name);
        }

        if (absent.Count > 0 && missing == MissingWeights.Refuse)
        {
            IEnumerable<string> there = named?.Keys ?? (IEnumerable<string>)_older!.Texts("layer_names")!;
            throw new UnrollException($"{_path} has no layer {string.Join(", ", absent)}; it has {string.Join(", ", there.Take(30))}. "
                + "Name the layers of the model as the file does, or set Missing to Keep.");
        }

        Set(model, values);
        return absent;
    }

    private static void Set(Model model, Dictionary<string, float[]> values)
    {
        foreach ((string parameter, float[] weights) in values)
            model.SetWeights(parameter, weights);
    }

    /// <summary>Keras 3.12 and later write the names of layers beside their weights.</summary>
    private Dictionary<string, string> NamesOfGroups()
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string folder, Hdf5Object member) in (_root.Members.GetValueOrDefault("layers") as Hdf5Group)?.Members
            ?? new Dictionary<string, Hdf5Object>())
        {
            if ((member as Hdf5Group)?.Find("vars")?.Text("name") is { } name)
                named.TryAdd(name, $"layers/{folder}");
        }

        return named.Count > 0 ? named : throw new UnrollException(
            $"{_path} does not say the names of its layers, which Keras writes from version 3.12 on. Load the weights in their order, "
                + "not by name.")
        { Subject = "by-name" };
    }

    /// <summary>Loading in order leaves no layer of the file out.</summary>
    private void RequireAllWanted(IReadOnlyList<LayerPlace> layers)
    {
        HashSet<string> wanted = [.. layers.Where(layer => layer.Places.Count > 0).Select(layer => layer.Path)];
        foreach ((string folder, Hdf5Object member) in (Find("layers") as Hdf5Group
            ?? _root.Members.GetValueOrDefault(Folder) as Hdf5Group)!.Members)
        {
            if (member is Hdf5Group group && !wanted.Contains($"layers/{folder}") && ArraysOf(group) > 0)
                throw new UnrollException($"{_path} has weights at layers/{folder}, for which the model has no layer. Build the model "
                    + "as the file has it, or load by name.")
                { Subject = "by-name" };
        }
    }

    /// <summary>How many arrays of weights are in a group, without the states of random numbers.</summary>
    private static int ArraysOf(Hdf5Group group) => group.Datasets().Count()
        - group.Members.Where(member => member.Key.Contains("seed_generator", StringComparison.Ordinal))
            .Sum(member => (member.Value as Hdf5Group)?.Datasets().Count() ?? 0);

    /// <summary>The layers that have weights on both sides, one by one.</summary>
    private List<(LayerPlace, Hdf5Group)> InOrder(IReadOnlyList<LayerPlace> layers)
    {
        LayerPlace[] wanted = [.. layers.Where(layer => layer.Places.Count > 0)];
        var groups = new List<(string Name, Hdf5Group Group)>();
        foreach (string name in _older!.Texts("layer_names")!)
        {
            if (_older.Members.GetValueOrDefault(name) is not Hdf5Group group)
                throw Damaged($"it has no group for its layer {name}");
            if (group.Texts("weight_names") is { Count: > 0 })
                groups.Add((name, group));
        }

        if (groups.Count == wanted.Length)
            return [.. wanted.Zip(groups, (layer, group) => (layer, group.Group))];
        string there = string.Join(", ", groups.Take(30).Select(group => group.Name));
        string asked = string.Join(", ", wanted.Take(30).Select(layer => layer.Name));
        throw new UnrollException(
            $"{_path} has weights for {groups.Count} layers ({there}), but the model has {wanted.Length} layers with weights ({asked}). "
            + "Build the model as the file has it, or load by name.")
        { Subject = "by-name" };
    }

    /// <param name="layer">What is wanted.</param>
    /// <param name="group">The layer's group in an older file, otherwise the root.</param>
    /// <param name="path">Of the layer in a file of Keras 3; may have another number than the layer says.</param>
    /// <param name="values">Takes the weights.</param>
    private void Read(LayerPlace layer, Hdf5Group group, string path, Dictionary<string, float[]> values)
    {
        List<(WeightPlace Place, Hdf5Dataset Data)> found = [];
        if (_older is not null)
        {
            IReadOnlyList<string> names = group.Texts("weight_names") ?? [];
            if (names.Count != layer.Places.Count)
                throw Misfit(layer.Name, $"has {names.Count} arrays of weights ({string.Join(", ", names.Take(12))})",
                    $"{layer.Places.Count} ({string.Join(", ", layer.Places.Select(place => place.Weight.Name))})");
            for (int i = 0; i < names.Count; i++)
                found.Add((layer.Places[i], group.Find(names[i]) as Hdf5Dataset ?? throw Damaged($"it has no dataset {names[i]}")));
        }
        else if (layer.Places.Count > 0)
        {
            int there = Find(path) is Hdf5Group arrays ? ArraysOf(arrays) : throw Misfit(
                layer.Name, $"has no weights at {path}", $"{layer.Places.Count} arrays");
            if (there != layer.Places.Count)
                throw Misfit(layer.Name, $"has {there} arrays of weights at {path}", $"{layer.Places.Count}");
            foreach (WeightPlace place in layer.Places)
            {
                string folder = path + place.Path[layer.Path.Length..],
                    number = place.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                Hdf5Object? data = Find($"{folder}/{number}")
                    ?? Find($"{folder.Replace($"/{place.Weight.Group}/", $"/_{place.Weight.Group}/", StringComparison.Ordinal)}/{number}");
                found.Add((place, data as Hdf5Dataset ?? throw Misfit(layer.Name, $"has no dataset {folder}/{number}", place.Weight.Name)));
            }
        }

        Dictionary<string, NamedTensor> tensors =
            found.ToDictionary(each => each.Place.Parameter, each => each.Data.ToTensor(each.Place.Parameter));
        foreach ((WeightPlace place, _) in found)
        {
            if (place.Weight is { Cell: { } cell } && place.Parameter.EndsWith("/bias", StringComparison.Ordinal)
                && CudnnWeights.Has(cell, tensors[place.Parameter]))
                CudnnWeights.Convert(cell, place.Parameter[..^"bias".Length], tensors);
        }

        foreach ((WeightPlace place, _) in found)
        {
            NamedTensor tensor = tensors[place.Parameter];
            if (!tensor.Shape.SequenceEqual(place.Shape))
            {
                throw Misfit(layer.Name, $"has {place.Weight.Name} of shape ({string.Join(", ", tensor.Shape)})",
                    $"({string.Join(", ", place.Shape)}){Hint(place, tensor)}");
            }

            values[place.Parameter] = tensor.ToFloats();
        }
    }

    private static string Hint(WeightPlace place, NamedTensor tensor) =>
        place.Weight.Cell is Gru gru && place.Parameter.EndsWith("/bias", StringComparison.Ordinal)
        && tensor.Shape is [int one] && one == 3 * gru.Units ? ": the file's GRU has reset_after=False" : "";

    /// <summary>Versions 2.12 to 2.15 call the folder of layers otherwise.</summary>
    private Hdf5Object? Find(string path) => _root.Find(path)
        ?? (path.StartsWith("layers/", StringComparison.Ordinal) && _root.Members.ContainsKey(Folder)
            ? _root.Find($"{Folder}/{path["layers/".Length..]}") : null);

    private UnrollException Damaged(string why) => FileBytes.Damaged(_path, why);

    private UnrollException Misfit(string layer, string has, string wants) => new($"{_path} {has} for the layer {layer}, but the "
        + $"model wants {wants}. Build the model as the file has it.");
}
