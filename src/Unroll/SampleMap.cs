namespace Unroll;

/// <summary>
/// How an object becomes a sample: what of it are the inputs, the targets and the weight. It is used by
/// <see cref="Samples.From{T}(IReadOnlyList{T}, SampleMap{T})"/> for objects in memory, and by <see cref="FileSamples"/> for more than fit.
/// Its functions are called again each time a sample is read, by several threads at once: they give the same every time and change nothing.
/// </summary>
/// <typeparam name="T">The objects.</typeparam>
/// <example><code>
/// SampleMap&lt;Order&gt; map = new SampleMap&lt;Order&gt;()
///     .Input(new Shape(30, 2), (order, x) => order.CopyDays(x))
///     .Input(new Shape(3), order => [order.Size, order.Age, order.Stock])
///     .Target(order => order.Sold)
///     .Weight(order => order.Importance);
/// </code></example>
public sealed class SampleMap<T>
{
    private readonly (Shape Shape, Action<T, Span<float>> Write)[] _inputs, _targets;
    private readonly Func<T, float>? _weight;

    /// <summary>A map without inputs and targets; each of the methods gives one more of them.</summary>
    public SampleMap()
        : this([], [], null)
    {
    }

    private SampleMap((Shape, Action<T, Span<float>>)[] inputs, (Shape, Action<T, Span<float>>)[] targets, Func<T, float>? weight) =>
        (_inputs, _targets, _weight) = (inputs, targets, weight);

    /// <summary>The shapes of the inputs, in the order in which they were given.</summary>
    public IReadOnlyList<Shape> InputShapes => [.. _inputs.Select(input => input.Shape)];

    /// <summary>The shapes of the targets, in the order in which they were given; none where it is for predictions.</summary>
    public IReadOnlyList<Shape> TargetShapes => [.. _targets.Select(target => target.Shape)];

    /// <summary>Whether samples have weights.</summary>
    public bool IsWeighted => _weight is not null;

    /// <summary>One more input, written to memory that is all zeros before.</summary>
    /// <param name="shape">The shape of one input, for example (T, F).</param>
    /// <param name="write">Writes the values of an object, row-major.</param>
    public SampleMap<T> Input(Shape shape, Action<T, Span<float>> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new SampleMap<T>([.. _inputs, (shape, write)], _targets, _weight);
    }

    /// <summary>One more input, as an array.</summary>
    /// <param name="shape">The shape of one input, for example (T, F).</param>
    /// <param name="values">Gives the values of an object, row-major; as many as the shape has.</param>
    public SampleMap<T> Input(Shape shape, Func<T, float[]> values) => Input(shape, Copy(shape, values, "input"));

    /// <summary>One more target, written to memory that is all zeros before.</summary>
    /// <param name="shape">The shape of one target.</param>
    /// <param name="write">Writes the values of an object, row-major.</param>
    public SampleMap<T> Target(Shape shape, Action<T, Span<float>> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new SampleMap<T>(_inputs, [.. _targets, (shape, write)], _weight);
    }

    /// <summary>One more target, as an array.</summary>
    /// <param name="shape">The shape of one target.</param>
    /// <param name="values">Gives the values of an object, row-major; as many as the shape has.</param>
    public SampleMap<T> Target(Shape shape, Func<T, float[]> values) => Target(shape, Copy(shape, values, "target"));

    /// <summary>One more target of shape (1): a value, or the number of a class.</summary>
    public SampleMap<T> Target(Func<T, float> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Target(new Shape(1), (item, target) => target[0] = value(item));
    }

    /// <summary>The weight of a sample, finite and at least 0; without it all weights are 1.</summary>
    public SampleMap<T> Weight(Func<T, float> weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return new SampleMap<T>(_inputs, _targets, weight);
    }

    /// <summary>Writes all inputs of an object, one after the other.</summary>
    internal void CopyInputs(T item, Span<float> destination) => Copy(_inputs, item, destination);

    /// <summary>Writes all targets of an object, one after the other.</summary>
    internal void CopyTargets(T item, Span<float> destination) => Copy(_targets, item, destination);

    internal float WeightOf(T item) => _weight?.Invoke(item) ?? 1;

    /// <exception cref="ArgumentException">There is no input.</exception>
    internal void RequireInput(string argument)
    {
        if (_inputs.Length == 0)
            throw new ArgumentException("The map has no input. Say what is the input with Input(shape, ...).", argument);
    }

    private static void Copy((Shape Shape, Action<T, Span<float>> Write)[] columns, T item, Span<float> destination)
    {
        destination.Clear();
        int at = 0;
        foreach ((Shape shape, Action<T, Span<float>> write) in columns)
        {
            write(item, destination.Slice(at, shape.Size));
            at += shape.Size;
        }
    }

    private static Action<T, Span<float>> Copy(Shape shape, Func<T, float[]> values, string what)
    {
        ArgumentNullException.ThrowIfNull(values);
        return (item, destination) =>
        {
            float[] given = values(item);
            if (given.Length != destination.Length)
            {
                throw new UnrollException(
                    $"An object gives {given.Length} values as {what} of shape {shape}, which has {destination.Length}. "
                    + "Give as many, or another shape.");
            }

            given.CopyTo(destination);
        };
    }
}
