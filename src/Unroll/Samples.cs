namespace Unroll;

/// <summary>Samples from objects of your own.</summary>
public static class Samples
{
    /// <summary>Samples with one input and one number as the target, or the number of a class.</summary>
    /// <param name="items">One object a sample. They are not copied: each is read when a batch has it.</param>
    /// <param name="inputShape">The shape of one input, for example (T, F).</param>
    /// <param name="input">Gives the input of an object, row-major.</param>
    /// <param name="target">Gives its target.</param>
    /// <example><code>ISamples samples = Samples.From(orders, new Shape(30, 2), order => order.Days, order => order.Sold);</code></example>
    public static ISamples From<T>(IReadOnlyList<T> items, Shape inputShape, Func<T, float[]> input, Func<T, float> target)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        return From(items, new SampleMap<T>().Input(inputShape, input).Target(target));
    }

    /// <summary>Samples with one input and one target.</summary>
    /// <param name="items">One object a sample. They are not copied: each is read when a batch has it.</param>
    /// <param name="inputShape">The shape of one input, for example (T, F).</param>
    /// <param name="input">Gives the input of an object, row-major.</param>
    /// <param name="targetShape">The shape of one target.</param>
    /// <param name="target">Gives its target, row-major.</param>
    public static ISamples From<T>(
        IReadOnlyList<T> items, Shape inputShape, Func<T, float[]> input, Shape targetShape, Func<T, float[]> target)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        return From(items, new SampleMap<T>().Input(inputShape, input).Target(targetShape, target));
    }

    /// <summary>Samples with several inputs or targets, weights, or without targets, for predictions.</summary>
    /// <param name="items">One object a sample. They are not copied: each is read when a batch has it.</param>
    /// <param name="map">What of an object is what.</param>
    /// <exception cref="ArgumentException">The map has no input.</exception>
    public static ISamples From<T>(IReadOnlyList<T> items, SampleMap<T> map)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(map);
        map.RequireInput(nameof(map));
        return new MappedSamples<T>(items, map);
    }

    /// <summary>What samples without targets say where one is asked for.</summary>
    internal static InvalidOperationException NoTargets() => new("These samples have no targets: they are for predictions.");

    private sealed class MappedSamples<T>(IReadOnlyList<T> items, SampleMap<T> map) : ISamples
    {
        public int Count => items.Count;

        public Shape InputShape => InputShapes[0];

        public Shape TargetShape => TargetShapes.Count > 0 ? TargetShapes[0] : throw NoTargets();

        public IReadOnlyList<Shape> InputShapes { get; } = map.InputShapes;

        public IReadOnlyList<Shape> TargetShapes { get; } = map.TargetShapes;

        public bool IsWeighted => map.IsWeighted;

        public void CopyInput(int index, Span<float> destination) => map.CopyInputs(items[index], destination);

        public void CopyTarget(int index, Span<float> destination) => map.CopyTargets(items[index], destination);

        public void CopyWeights(int index, Span<float> destination) => destination.Fill(map.WeightOf(items[index]));
    }
}
