using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Where a mask comes from: the steps of a value that are not one number, or have something else than it.</summary>
/// <param name="Source">What is compared.</param>
/// <param name="Value">The number that stands for "nothing here".</param>
/// <param name="IsReadOtherwise">
/// True: Unroll and Keras have different values at masked steps. Of token numbers Unroll reads zeros where Keras reads what a layer made of
/// them; where Keras puts zeros behind a recurrent layer, as it does behind every Bidirectional, Unroll repeats h.
/// </param>
internal sealed record MaskOrigin(Node Source, float Value, bool IsReadOtherwise)
{
    /// <summary>Whether two masks, or none, leave out the same steps.</summary>
    public static bool AreSame(MaskOrigin? a, MaskOrigin? b) => (a?.Source, a?.Value) == (b?.Source, b?.Value);
}

/// <summary>A value in the graph of a file.</summary>
/// <param name="Node">What it is in Unroll's graph; null for a mask that the file computes.</param>
/// <param name="Mask">The mask that goes with it, or that it is.</param>
internal readonly record struct KerasValue(Node? Node, MaskOrigin? Mask);

/// <summary>
/// Masks. Keras 3 writes the comparisons that make them into the graph, and names them where a layer takes one; here they must be the masks
/// that layers pass on by themselves. Where Unroll and Keras do different things with a mask, the model is refused.
/// </summary>
internal static class MaskOps
{
    /// <summary>True for the operations that make a mask of a value.</summary>
    public static bool IsMaskOp(JsonElement layer) =>
        layer.Find("class_name") is { ValueKind: JsonValueKind.String } name && name.GetString() is "NotEqual" or "Any" or "Squeeze"
        && layer.Find("module") is { ValueKind: JsonValueKind.String } module
            && module.GetString()!.Contains("ops", StringComparison.Ordinal);

    /// <summary>The mask that an operation gives.</summary>
    public static MaskOrigin? Apply(KerasLayer layer, IReadOnlyList<KerasValue> inputs, double? number) => (layer.ClassName, inputs) switch
    {
        ("NotEqual", [{ Node: { } node }]) when number is { } value => new MaskOrigin(node, (float)value, IsReadOtherwise: true),
        ("Squeeze", [{ Node: null, Mask: { } mask }]) => mask,
        ("Any", [{ Node: null, Mask: { } mask }]) => mask with { IsReadOtherwise = false },
        _ => null,
    };

    /// <summary>The mask of what a layer gives.</summary>
    /// <param name="reading">Of the file.</param>
    /// <param name="label">How errors name the layer.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="output">What it gives.</param>
    /// <param name="putsZeros">Whether Keras puts zeros where a returned sequence is masked.</param>
    public static MaskOrigin? After(
        KerasReading reading, string label, Layer layer, IReadOnlyList<KerasValue> inputs, Node output, bool putsZeros)
    {
        MaskOrigin? first = inputs[0].Mask;
        switch (layer)
        {
            case Embedding embedding:
                return embedding.MaskZero ? new MaskOrigin(inputs[0].Node!, 0, IsReadOtherwise: true) : null;
            case Masking masking:
                return new MaskOrigin(inputs[0].Node!, (float)masking.Value, IsReadOtherwise: false);
            case Merge when inputs.Any(input => input.Mask is not null):
                if (!inputs.All(input => MaskOrigin.AreSame(input.Mask, first)))
                    reading.Refuse($"{label} joins values with different masks, or of which only some have one");
                return inputs.Select(input => input.Mask).FirstOrDefault(mask => mask is { IsReadOtherwise: true }) ?? first;
            case Recurrent or StackedRecurrent or Bidirectional:
                bool givesSequences = output.Shape.Rank == 2;
                if (first is not null && givesSequences && layer is Recurrent { GoBackwards: true }
                    or StackedRecurrent { Layers: [{ GoBackwards: true }, ..] })
                    reading.Refuse($"{label} has go_backwards and returns masked sequences, whose mask Keras leaves in the order of time");
                return !givesSequences ? null : putsZeros && first is not null ? first with { IsReadOtherwise = true } : first;
            case GlobalAveragePooling:
                return null;
            case Flatten or Reshape or Permute or RepeatVector or Cropping1D or ZeroPadding1D
                or UpSampling1D when first is { IsReadOtherwise: false }:
                return null;
            case Dense or Dropout or SpatialDropout1D or GaussianDropout or GaussianNoise or Rescaling or Activate or Softmax
                or LayerNorm or RmsNorm or BatchNorm or TimeDistributed or AttentionLayer or MultiHeadAttention:
                return first;
            default:
                if (first is not null)
                    reading.Refuse($"{label} takes a masked sequence; Keras reads the masked steps there, and Unroll leaves them out");
                return null;
        }
    }
}
