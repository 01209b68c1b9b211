namespace Unroll.Exchange.TorchFiles;

/// <summary>The weights of a model as tensors with PyTorch's names and layouts, and back.</summary>
internal static class StateDictionary
{
    public static TensorFile Of(Model model, TorchOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        var rules = TorchRules.Of(model, options);
        var tensors = new Dictionary<string, (int[] Shape, float[] Values)>(StringComparer.Ordinal);
        foreach (TorchName name in rules.Names)
        {
            float[] weights = model.GetWeights(name.Parameter);
            foreach (TensorPart part in name.Parts)
            {
                if (!tensors.TryGetValue(part.Tensor, out var tensor))
                    tensors.Add(part.Tensor, tensor = (part.Shape, new float[part.Length]));
                if (part.IsAdded)
                    tensor.Values.AsSpan().Fill(-0f);
                else
                    part.ToTensor(weights, tensor.Values);
            }
        }

        IEnumerable<NamedTensor> all = tensors.Select(pair => NamedTensor.Of(pair.Key, pair.Value.Shape, pair.Value.Values));
        IEnumerable<NamedTensor> counters =
            rules.Counters.Select(name => new NamedTensor(name, TensorType.Int64, [], new byte[sizeof(long)]));
        return new TensorFile([.. all, .. counters], options.WithModel ? ModelDescription.Of(model, options) : null);
    }

    /// <exception cref="WeightsMismatchException">They do not fit; the model keeps its weights.</exception>
    /// <exception cref="UnrollException">What Unroll wrote of the model beside them was changed.</exception>
    public static void Load(Model model, TensorFile file, TorchOptions options, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (ModelDescription.IsIn(file))
        {
            ModelDescription.Require(file, name);
            options = options with { ChannelsFirst = options.ChannelsFirst && !ModelDescription.HasChannelsLast(file) };
        }

        var rules = TorchRules.Of(model, options);
        List<string> missing = [], wrong = [];
        var used = new HashSet<string>(rules.Counters, StringComparer.Ordinal);
        var weights = new Dictionary<string, float[]>();
        foreach (TorchName each in rules.Names)
        {
            NamedTensor?[] tensors = [.. each.Parts.Select(part => Find(file, part, used))];
            List<string> absent = [.. each.Parts.Zip(tensors).Where(pair => pair.Second is null).Select(pair => pair.First.Tensor)];
            missing.AddRange(absent.Select(tensor => $"{tensor} is missing"));
            wrong.AddRange(each.Parts.Zip(tensors).Select(pair => Complaint(pair.First, pair.Second)).OfType<string>());
            if (options.Missing == MissingWeights.Keep && absent.Count > 0 && absent.Count < each.Parts.Count)
                wrong.Add($"{string.Join(", ", absent)} is missing, while others of {each.Parameter} are there");
            if (absent.Count == 0 && wrong.Count == 0)
                weights[each.Parameter] = WeightsOf(each, tensors!);
        }

        string[] surplus = options.IgnoreSurplus ? [] : [.. file.Tensors.Select(tensor => tensor.Name)
            .Where(tensor => tensor.StartsWith(options.Prefix, StringComparison.Ordinal) && !used.Contains(tensor))
            .Select(tensor => $"{tensor} is in the file and not in the model")];
        string[] reasons = [.. options.Missing == MissingWeights.Refuse ? missing : [], .. wrong.Distinct(), .. surplus];
        if (reasons.Length == 0 && weights.Count == 0 && missing.Count > 0)
            reasons = [.. missing.Prepend("no tensor of the file is one of the model")];
        if (reasons.Length > 0)
            throw new WeightsMismatchException(name, reasons);
        model.ReplaceWeights(store =>
        {
            Span<float> values = store.Values;
            foreach (Parameter parameter in store.Parameters)
            {
                if (weights.TryGetValue(parameter.Name, out float[]? read))
                    read.CopyTo(values[parameter.Range]);
            }
        });
    }

    private static NamedTensor? Find(TensorFile file, TensorPart part, HashSet<string> used)
    {
        NamedTensor? found = file.Find(part.Tensor) ?? (part.CellTensor is { } cell ? file.Find(cell) : null);
        if (found is not null)
            used.Add(found.Name);
        return found;
    }

    private static string? Complaint(TensorPart part, NamedTensor? tensor)
    {
        if (tensor is null)
            return null;
        if (tensor.Type is not (TensorType.Float32 or TensorType.Float64 or TensorType.Float16 or TensorType.BFloat16))
            return $"{tensor.Name} has numbers of type {tensor.Type}, which are no weights";
        return tensor.Shape.SequenceEqual(part.Shape)
            ? null
            : $"{tensor.Name} has shape [{string.Join(", ", tensor.Shape)}], but the model needs [{string.Join(", ", part.Shape)}]";
    }

    private static float[] WeightsOf(TorchName name, NamedTensor[] tensors)
    {
        var weights = new float[name.Shape.Size];
        foreach ((TensorPart part, NamedTensor tensor) in name.Parts.Zip(tensors))
            part.ToWeights(tensor.ToFloats(), weights);
        return weights;
    }
}

/// <summary>A tensor, or some of it, that is a parameter, or some of it, in another order; or that is added to it.</summary>
/// <param name="Tensor">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Boxes">Which number belongs where.</param>
/// <param name="IsAdded">True of the second of two biases.</param>
internal sealed record TensorPart(string Tensor, int[] Shape, IReadOnlyList<TensorBox> Boxes, bool IsAdded)
{
    private const string FirstLayer = "_l0";

    /// <summary>How many numbers the whole tensor has.</summary>
    public int Length => Shape.Aggregate(1, (length, extent) => length * extent);

    /// <summary>What a cell (nn.LSTMCell) calls it, without the number of the layer; null where there is no such name.</summary>
    public string? CellTensor => Tensor.EndsWith(FirstLayer, StringComparison.Ordinal) ? Tensor[..^FirstLayer.Length] : null;

    public void ToTensor(ReadOnlySpan<float> weights, Span<float> tensor)
    {
        foreach (TensorBox box in Boxes)
        {
            for (int i = 0; i < box.Length; i++)
                tensor[box.TensorAt(i)] = weights[box.WeightsAt(i)];
        }
    }

    public void ToWeights(ReadOnlySpan<float> tensor, Span<float> weights)
    {
        foreach (TensorBox box in Boxes)
        {
            for (int i = 0; i < box.Length; i++)
            {
                ref float weight = ref weights[box.WeightsAt(i)];
                float value = tensor[box.TensorAt(i)];

                // −0 is what Unroll writes for the second bias; it leaves every number as it is, a NaN's bits too.
                if (!IsAdded)
                    weight = value;
                else if (value != 0 || !float.IsNegative(value))
                    weight += value;
            }
        }
    }
}

/// <summary>A box of numbers in a tensor, and in the parameter.</summary>
/// <param name="Extents">Of the box.</param>
/// <param name="TensorFrom">Where it begins in the tensor.</param>
/// <param name="TensorStrides">From one number to the next there, along each extent.</param>
/// <param name="WeightsFrom">Where it begins in the parameter.</param>
/// <param name="WeightsStrides">From one number to the next there, along each extent.</param>
internal sealed record TensorBox(int[] Extents, int TensorFrom, int[] TensorStrides, int WeightsFrom, int[] WeightsStrides)
{
    public int Length { get; } = Extents.Aggregate(1, (length, extent) => length * extent);

    public int TensorAt(int number) => TensorFrom + Place(number, TensorStrides);

    public int WeightsAt(int number) => WeightsFrom + Place(number, WeightsStrides);

    private int Place(int number, int[] strides)
    {
        int place = 0;
        for (int i = Extents.Length - 1; i >= 0; i--)
        {
            place += number % Extents[i] * strides[i];
            number /= Extents[i];
        }

        return place;
    }
}
