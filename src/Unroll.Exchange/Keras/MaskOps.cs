using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Where a mask comes from: the steps of a value that are not one number, or have something else than it.</summary>
/// <param name="Source">What is compared.</param>
/// <param name="Value">The number that stands for "nothing here".</param>
/// <param name="IsPadding">True: of token numbers. Then Unroll reads zeros where Keras reads what a layer made of a masked step.</param>
internal sealed record MaskOrigin(Node Source, float Value, bool IsPadding);

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
        ("NotEqual", [{ Node: { } node }]) when number is { } value => new MaskOrigin(node, (float)value, IsPadding: true),
        ("Squeeze", [{ Node: null, Mask: { } mask }]) => mask,
        ("Any", [{ Node: null, Mask: { } mask }]) => mask with { IsPadding = false },
        _ => null,
    };

    /// <summary>The mask of what a layer gives.</summary>
    public static MaskOrigin? After(KerasReading reading, string label, Layer layer, IReadOnlyList<KerasValue> inputs, Node output)
    {
        MaskOrigin? first = inputs[0].Mask;
        switch (layer)
        {
            case Embedding embedding:
                return embedding.MaskZero ? new MaskOrigin(inputs[0].Node!, 0, IsPadding: true) : null;
            case Masking masking:
                return new MaskOrigin(inputs[0].Node!, (float)masking.Value, IsPadding: false);
            case Merge when inputs.Any(input => input.Mask is not null):
                if (inputs.Any(input => input.Mask != first))
                    reading.Refuse($"{label} joins values with different masks, or of which only some have one");
                return first;
            case Recurrent or StackedRecurrent or Bidirectional:
                bool givesSequences = output.Shape.Rank == 2;
                if (first is not null && givesSequences && layer is Recurrent { GoBackwards: true }
                    or StackedRecurrent { Layers: [{ GoBackwards: true }, ..] })
                    reading.Refuse($"{label} has go_backwards and returns masked sequences, whose mask Keras leaves in the order of time");
                return givesSequences ? first : null;
            case GlobalAveragePooling:
                return null;
            case Flatten or Reshape or Permute or RepeatVector or Cropping1D or ZeroPadding1D
                or UpSampling1D when first is { IsPadding: false }:
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
