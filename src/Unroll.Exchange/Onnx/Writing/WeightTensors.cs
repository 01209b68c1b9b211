using System.Text.Json.Serialization;

namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// Weights of a model in another order, as an operator wants them: the array is seen in the shape <paramref name="View"/>, of one axis some
/// parts are taken, and axes change places. Null for the name: as many zeros.
/// </summary>
/// <param name="Name">Of the array, or null.</param>
/// <param name="View">Extents, whose product is the array's length.</param>
/// <param name="Order">For each axis of the result which axis of the view it is.</param>
/// <param name="Axis">The axis of the view of which parts are taken; −1: none.</param>
/// <param name="Parts">Which, in their order: gates, for example.</param>
internal sealed record WeightView(string? Name, int[] View, int[] Order, int Axis, int[] Parts)
{
    public static WeightView Zeros(int count) => new(null, [count], [0], -1, []);

    /// <summary>The array as it is.</summary>
    public static WeightView Of(string name, int length) => new(name, [length], [0], -1, []);

    public static WeightView Transpose(string name, int[] view, params int[] order) => new(name, view, order, -1, []);

    /// <summary>For each number of the result where it is in the array.</summary>
    public int[] Sources()
    {
        int rank = View.Length;
        var strides = new int[rank];
        for (int i = rank - 1, stride = 1; i >= 0; stride *= View[i], i--)
            strides[i] = stride;
        int[] extents = [.. Order.Select(axis => axis == Axis ? Parts.Length : View[axis])], at = new int[rank];
        var sources = new int[extents.Aggregate(1, (product, extent) => checked(product * extent))];
        for (int i = 0; i < sources.Length; i++)
        {
            for (int n = 0; n < rank; n++)
                sources[i] += (Order[n] == Axis ? Parts[at[n]] : at[n]) * strides[Order[n]];
            for (int n = rank - 1; n >= 0 && ++at[n] == extents[n]; n--)
                at[n] = 0;
        }

        return sources;
    }
}

/// <summary>Where weights of a model lie in a graph: a view of an array, from some number of a tensor on.</summary>
internal sealed record WeightPlace(string Tensor, int Offset, WeightView View);

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WeightPlace[]))]
internal sealed partial class WeightPlaceJson : JsonSerializerContext;

/// <summary>The weights of a model as tensors of a graph, each once, however often its layer is used.</summary>
internal sealed class WeightTensors(Model model, GraphWriter graph)
{
    private readonly float[] _values = model.CopyOfWeights(..model.ParameterCount);
    private readonly Dictionary<string, Parameter> _parameters = model.Parameters.ToDictionary(parameter => parameter.Name);
    private readonly Dictionary<string, string> _written = [];

    /// <summary>What has been written so far.</summary>
    public List<WeightPlace> Places { get; } = [];

    public bool Has(string name) => _parameters.ContainsKey(name);

    public Shape ShapeOf(string name) => Find(name).Shape;

    /// <summary>An array as it is.</summary>
    public string Whole(string name) => Whole(name, Find(name).Shape.ToArray());

    /// <summary>The same in another shape.</summary>
    public string Whole(string name, params int[] shape) => Tensor(name, shape, WeightView.Of(name, Find(name).Length));

    /// <summary>A tensor of one or several views, one after the other.</summary>
    /// <param name="name">Of the tensor, the same for the same views.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="views">What it is made of.</param>
    public string Tensor(string name, int[] shape, params IReadOnlyList<WeightView> views)
    {
        if (_written.TryGetValue(name, out string? known))
            return known;
        var values = new List<float>();
        var places = new List<WeightPlace>();
        foreach (WeightView view in views)
        {
            if (view.Name is not null)
                places.Add(new WeightPlace("", values.Count, view));
            float[] source = view.Name is null ? new float[view.View[0]] : _values[Find(view.Name).Range];
            values.AddRange(view.Sources().Select(index => source[index]));
        }

        string tensor = graph.Constant(name, [.. values], shape);
        Places.AddRange(places.Select(place => place with { Tensor = tensor }));
        return _written[name] = tensor;
    }

    private Parameter Find(string name) => _parameters.GetValueOrDefault(name)
        ?? throw new ArgumentException($"There are no weights {name}; there are: {string.Join(", ", _parameters.Keys)}.", nameof(name));
}
