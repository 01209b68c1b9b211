namespace Unroll.Server.Serving;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">As KServe calls it: FP32, FP64, INT64, ...</param>
/// <param name="Shape">Its extents, −1 for those that vary; null where nothing is known of them.</param>
internal sealed record TensorInfo(string Name, string DataType, IReadOnlyList<int>? Shape)
{
    /// <summary>The extents as errors say them.</summary>
    public string ShapeText =>
        Shape is null ? "any shape" : $"[{string.Join(", ", Shape.Select(extent => extent < 0 ? "n" : $"{extent}"))}]";
}
