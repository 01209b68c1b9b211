using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;

namespace Unroll.Extensions;

/// <summary>Predictions from tensors to tensors; their shapes are checked.</summary>
public static class TensorExtensions
{
    /// <summary>The outputs for a batch of inputs.</summary>
    /// <param name="model">A model with one input and one output.</param>
    /// <param name="inputs">[B, ...InputShape].</param>
    /// <returns>[B, ...OutputShape].</returns>
    /// <exception cref="ArgumentException">The shape is another, or the model has several inputs or outputs.</exception>
    /// <example><code>
    /// Tensor&lt;float&gt; windows = Tensor.Create(values, [32, 60, 2]);
    /// Tensor&lt;float&gt; forecasts = model.Predict(windows);   // [32, 1]
    /// </code></example>
    public static Tensor<float> Predict(this Model model, Tensor<float> inputs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        ReadOnlyTensorSpan<float> span = inputs.AsReadOnlyTensorSpan();
        nint rows = RequireInput(model, 0, span, nameof(inputs));
        Tensor<float> outputs = Tensor.CreateFromShapeUninitialized<float>(Lengths(rows, OnlyOutput(model)));
        model.Predict(span, outputs.AsTensorSpan());
        return outputs;
    }

    /// <summary>The same, written to memory of the caller. Dense tensors are not copied; of others a copy is made.</summary>
    /// <param name="model">A model with one input and one output.</param>
    /// <param name="inputs">[B, ...InputShape].</param>
    /// <param name="outputs">[B, ...OutputShape], overwritten.</param>
    /// <exception cref="ArgumentException">A shape is another, or the model has several inputs or outputs.</exception>
    public static void Predict(this Model model, in ReadOnlyTensorSpan<float> inputs, in TensorSpan<float> outputs)
    {
        ArgumentNullException.ThrowIfNull(model);
        nint rows = RequireInput(model, 0, inputs, nameof(inputs));
        Require("outputs", OnlyOutput(model), outputs.Lengths, rows, nameof(outputs));
        int given = checked((int)inputs.FlattenedLength), wanted = checked((int)outputs.FlattenedLength);
        float[] rented = ArrayPool<float>.Shared.Rent(given + wanted);
        Span<nint> first = stackalloc nint[outputs.Rank];
        ReadOnlySpan<float> from = Flat(inputs, rented.AsSpan(0, given));
        if (outputs.IsDense && outputs.TryGetSpan(first, wanted, out Span<float> to))
        {
            model.Predict(from, to);
        }
        else
        {
            model.Predict(from, rented.AsSpan(given, wanted));
            new ReadOnlyTensorSpan<float>(rented, given, outputs.Lengths, default).CopyTo(outputs);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>The outputs of a model with several inputs or outputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">[B, ...] for each input.</param>
    /// <returns>[B, ...] for each output.</returns>
    /// <exception cref="ArgumentException">There are not as many as inputs, or a shape is another.</exception>
    public static Tensor<float>[] PredictEach(this Model model, params Tensor<float>[] inputs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length != model.Inputs.Count)
        {
            throw new ArgumentException(
                $"The model has {model.Inputs.Count} inputs, but {inputs.Length} tensors were given. Give one for each.", nameof(inputs));
        }

        nint rows = 0;
        for (int i = 0; i < inputs.Length; i++)
            rows = RequireInput(model, i, inputs[i].AsReadOnlyTensorSpan(), nameof(inputs));
        float[][] outputs = model.PredictEach([.. inputs.Select(Values)]);
        return [.. outputs.Select((values, i) => Tensor.Create(values, Lengths(rows, model.Outputs[i].Shape)))];
    }

    /// <summary>Samples to train on, copied from tensors.</summary>
    /// <param name="inputs">[B, ...InputShape].</param>
    /// <param name="targets">[B, ...TargetShape].</param>
    /// <exception cref="ArgumentException">They have not equally many rows, or one has no rows or no axis beside them.</exception>
    /// <example><code>model.Fit(windows.ToSamples(targets), options);</code></example>
    public static ArraySamples ToSamples(this Tensor<float> inputs, Tensor<float> targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        return new ArraySamples(Values(inputs), ShapeOf(inputs, nameof(inputs)), Values(targets), ShapeOf(targets, nameof(targets)));
    }

    private static Shape ShapeOf(Tensor<float> tensor, string argument) => tensor.Rank is >= 2 and <= 4
        ? new Shape([.. tensor.Lengths[1..].ToArray().Select(length => checked((int)length))])
        : throw new ArgumentException(
            $"The tensor {Text(tensor.Lengths)} has {tensor.Rank} axes. Give 2 to 4: rows first, then those of one sample.", argument);

    private static Shape OnlyOutput(Model model) => model.Outputs.Count == 1
        ? model.OutputShape
        : throw new ArgumentException(
            $"The model has {model.Outputs.Count} outputs. Use PredictEach, which gives a tensor for each.", nameof(model));

    private static nint RequireInput(Model model, int number, in ReadOnlyTensorSpan<float> given, string argument)
    {
        nint rows = given.Rank > 0 ? given.Lengths[0] : 0;
        Require(model.Inputs.Count > 1 ? $"input {number}" : "inputs", model.Inputs[number].Shape, given.Lengths, rows, argument);
        return rows;
    }

    private static void Require(string what, Shape shape, ReadOnlySpan<nint> given, nint rows, string argument)
    {
        if (!given.SequenceEqual(Lengths(rows, shape)))
        {
            throw new ArgumentException(
                $"The model takes {what} of shape {Text(Lengths(-1, shape))}, but a tensor {Text(given)} was given"
                + $"{(argument == "outputs" ? $" for {rows} rows" : "")}.", argument);
        }
    }

    private static nint[] Lengths(nint rows, Shape shape) => [rows, .. shape.ToArray().Select(length => (nint)length)];

    private static string Text(ReadOnlySpan<nint> lengths) =>
        $"[{string.Join(", ", lengths.ToArray().Select(length => length < 0 ? "B" : length.ToString(CultureInfo.InvariantCulture)))}]";

    private static float[] Values(Tensor<float> tensor)
    {
        var values = new float[checked((int)tensor.FlattenedLength)];
        tensor.FlattenTo(values);
        return values;
    }

    /// <summary>The values row after row: a view where they lie so, otherwise a copy.</summary>
    private static ReadOnlySpan<float> Flat(in ReadOnlyTensorSpan<float> tensor, Span<float> room)
    {
        Span<nint> first = stackalloc nint[tensor.Rank];
        if (tensor.IsDense && tensor.TryGetSpan(first, room.Length, out ReadOnlySpan<float> values))
            return values;
        tensor.FlattenTo(room);
        return room;
    }
}
