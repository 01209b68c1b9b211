namespace Unroll.Exchange.KerasFiles;

/// <summary>One array of weights of a layer, as Keras orders and names them.</summary>
/// <param name="Group">Keras 3: the group in the layer's, with slashes; empty for the layer's own.</param>
/// <param name="Name">The name in files of Keras 2, without the layer's.</param>
/// <param name="Parameter">Unroll's name, without the layer's.</param>
/// <param name="Cell">The recurrent layer that it belongs to; null for others.</param>
/// <param name="IsTrained">False: a moving average.</param>
internal sealed record KerasWeight(string Group, string Name, string Parameter, Recurrent? Cell = null, bool IsTrained = true)
{
    /// <summary>The arrays of a layer in Keras' order.</summary>
    public static IReadOnlyList<KerasWeight> Of(Layer layer) => layer switch
    {
        Recurrent recurrent => [.. OfCell(recurrent).Select(weight => weight with { Group = "cell" })],
        StackedRecurrent stack => [.. OfStack(stack)],
        Bidirectional both => [.. Half(both.Inner, "forward"), .. Half(both.Inner, "backward")],
        TimeDistributed wrapper => [.. Of(wrapper.Inner).Select(weight => weight with { Group = Join("layer", weight.Group) })],
        Dense dense => Own("kernel", dense.UseBias ? "bias" : null),
        Embedding => Own("embeddings"),
        Convolution convolution => Own("kernel", convolution.UseBias ? "bias" : null),
        SeparableConvolution separable => Own("depthwise_kernel", "pointwise_kernel", separable.UseBias ? "bias" : null),
        DepthwiseConvolution depthwise => Own("kernel", depthwise.UseBias ? "bias" : null),
        LayerNorm norm => Own(norm.Scale ? "gamma" : null, norm.Center ? "beta" : null),
        BatchNorm => [.. Own("gamma", "beta"), .. Own("moving_mean", "moving_variance")
            .Select(weight => weight with { IsTrained = false })],
        RmsNorm => Own("scale"),
        AdditiveAttention { UseScale: true } => Own("scale"),
        MultiHeadAttention heads =>
        [
            .. from part in (string[])["query", "key", "value", "output"]
               from role in heads.UseBias ? (string[])["kernel", "bias"] : ["kernel"]
               select new KerasWeight($"{part}_dense", $"{(part == "output" ? "attention_output" : part)}/{role}", $"{part}_{role}"),
        ],
        _ => [],
    };

    /// <summary>The shape that Keras gives the array.</summary>
    public static int[] ShapeOf(Layer layer, string parameter, Shape shape)
    {
        int[] extents = shape.ToArray();
        switch (layer)
        {
            case TimeDistributed wrapper:
                return ShapeOf(wrapper.Inner, parameter, shape);
            case SeparableConvolution when parameter == "pointwise_kernel":
                return [.. Enumerable.Repeat(1, layer is SeparableConv1D ? 1 : 2), .. extents];
            case MultiHeadAttention heads:
                int units = parameter.StartsWith("query", StringComparison.Ordinal) || parameter.StartsWith("key", StringComparison.Ordinal)
                    ? heads.KeyUnits
                    : heads.ValueUnits ?? heads.KeyUnits;
                return parameter switch
                {
                    "output_kernel" => [heads.Heads, units, extents[1]],
                    "output_bias" => extents,
                    _ => [.. extents[..^1], heads.Heads, units],
                };
            default:
                return extents;
        }
    }

    private static IEnumerable<KerasWeight> OfCell(Recurrent recurrent, string name = "")
    {
        string cell = $"{(name.Length > 0 ? name : recurrent.Kind)}_cell";
        foreach (string role in recurrent.UseBias ? (string[])["kernel", "recurrent_kernel", "bias"] : ["kernel", "recurrent_kernel"])
            yield return new KerasWeight("", $"{cell}/{role}", role, recurrent);
    }

    private static IEnumerable<KerasWeight> OfStack(StackedRecurrent stack)
    {
        var counts = new Dictionary<string, int>();
        foreach ((int i, Recurrent part) in stack.Layers.Index())
        {
            int count = counts[part.Kind] = counts.GetValueOrDefault(part.Kind, -1) + 1;
            string folder = count == 0 ? $"{part.Kind}_cell" : FormattableString.Invariant($"{part.Kind}_cell_{count}");
            string own = FormattableString.Invariant($"{part.Kind}_{i + 1}");
            foreach (KerasWeight weight in OfCell(part, own))
                yield return weight with { Group = $"cell/cells/{folder}", Parameter = $"{own}/{weight.Parameter}" };
        }
    }

    private static IEnumerable<KerasWeight> Half(Layer inner, string half) => Of(inner).Select(weight => weight with
    {
        Group = Join($"{half}_layer", weight.Group),
        Name = $"{half}_{inner.Kind}/{weight.Name}",
        Parameter = $"{half}/{weight.Parameter}",
    });

    private static KerasWeight[] Own(params string?[] roles) =>
        [.. roles.Where(role => role is not null).Select(role => new KerasWeight("", role!, role!))];

    private static string Join(string group, string inner) => inner.Length == 0 ? group : $"{group}/{inner}";
}

/// <summary>An array of weights of a model, and where it lies in a file.</summary>
/// <param name="Weight">Which of its layer.</param>
/// <param name="Path">Keras 3: the group that holds its numbered dataset.</param>
/// <param name="Number">Keras 3: the name of the dataset.</param>
/// <param name="Parameter">Unroll's name.</param>
/// <param name="Shape">Keras' shape.</param>
/// <param name="IsTrained">Whether Keras' training changes it, which older files sort by.</param>
internal sealed record WeightPlace(KerasWeight Weight, string Path, int Number, string Parameter, int[] Shape, bool IsTrained);

/// <summary>A layer of a file with its arrays; of a model in a model those of all its layers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Keras 3: its group.</param>
/// <param name="Places">In the order of older files.</param>
internal sealed record LayerPlace(string Name, string Path, IReadOnlyList<WeightPlace> Places)
{
    /// <summary>The layers of a file of which a model was made.</summary>
    public static List<LayerPlace> Of(KerasModel file, Model model)
    {
        var places = new List<LayerPlace>();
        foreach (KerasLayer layer in file.Layers)
        {
            WeightPlace[] all =
            [
                .. layer.Leaves.Where(leaf => leaf.First is not null)
                    .SelectMany(leaf => PlacesOf(model, Owner(model, leaf.First!), leaf.Path, leaf.IsTrainable, [.. leaf.Fixed.Keys])),
            ];
            places.Add(new LayerPlace(layer.Name, layer.Path, [.. all.OrderBy(place => place.IsTrained ? 0 : 1)]));
        }

        return places;
    }

    /// <summary>The layers of a model, as Keras would number them.</summary>
    public static List<LayerPlace> Of(Model model)
    {
        var places = new List<LayerPlace>();
        var counts = new Dictionary<string, int>();
        foreach (LayerUse use in model.Graph.Uses.Where(use => use.Owner == use))
        {
            string folder = KerasNames.Snake(LayerWriting.ClassOf(use.Layer, use.Inputs[0].Shape));
            int count = counts[folder] = counts.GetValueOrDefault(folder, -1) + 1;
            string path = $"layers/{(count == 0 ? folder : FormattableString.Invariant($"{folder}_{count}"))}";
            places.Add(new LayerPlace(model.Graph.NameOf(use), path, [.. PlacesOf(model, use, path, isTrainable: true, [])]));
        }

        return places;
    }

    /// <summary>A stack is built from the layers alone, so its uses are others.</summary>
    private static LayerUse Owner(Model model, LayerUse use) =>
        model.Graph.Has(use) ? use.Owner : model.Graph.Uses.First(each => each.Layer.Name == use.Layer.Name);

    private static IEnumerable<WeightPlace> PlacesOf(Model model, LayerUse use, string path, bool isTrainable,
        IReadOnlyList<string> isFixed)
    {
        string name = model.Graph.NameOf(use);
        var numbers = new Dictionary<string, int>();
        foreach (KerasWeight weight in KerasWeight.Of(use.Layer).Where(weight => !isFixed.Contains(weight.Parameter)))
        {
            int number = numbers[weight.Group] = numbers.GetValueOrDefault(weight.Group, -1) + 1;
            string parameter = $"{name}/{weight.Parameter}";
            Shape shape = model.Parameters.First(each => each.Name == parameter).Shape;
            string folder = weight.Group.Length == 0 ? $"{path}/vars" : $"{path}/{weight.Group}/vars";
            yield return new WeightPlace(
                weight, folder, number, parameter, KerasWeight.ShapeOf(use.Layer, weight.Parameter, shape), isTrainable
                    && weight.IsTrained);
        }
    }
}
