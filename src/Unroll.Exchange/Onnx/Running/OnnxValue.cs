namespace Unroll.Exchange;

/// <summary>What an ONNX graph says of one of its inputs or outputs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its extents; −1 for one that varies. Null where the file says nothing of them.</param>
/// <param name="Symbols">The names of the extents that vary, null for the others; extents of one name are equal.</param>
public sealed record OnnxValue(string Name, TensorType Type, IReadOnlyList<int>? Shape, IReadOnlyList<string?>? Symbols)
{
    /// <summary>Name, type and shape: <c>input_2 float32 [1, 1, 257]</c>.</summary>
    public override string ToString() => $"{Name} {Type.ToString().ToLowerInvariant()} {ShapeText}";

    /// <summary>The extents in words, as in <c>[2, batch, 128]</c>.</summary>
    internal string ShapeText => Shape is null
        ? "any shape"
        : $"[{string.Join(", ", Shape.Select((extent, i) => extent >= 0 ? $"{extent}" : Symbols?[i] ?? "?"))}]";
}
