using Unroll.Exchange.TorchFiles;

namespace Unroll.Exchange;

/// <summary>Files of named tensors: PyTorch's, safetensors, NumPy's.</summary>
internal static class TensorContents
{
    public static FileContents Of(string path, string format, Func<string, TensorFile> read)
    {
        TensorFile file = read(path);
        string[] own = [.. file.Metadata.Keys.Where(key => key.StartsWith(ModelDescription.Prefix, StringComparison.Ordinal))];
        FileContents contents = own.Length > 0
            ? FileContents.Of(path, format, "written by Unroll", file.ToModel().Model)
            : new FileContents
            {
                Path = path,
                Format = format,
                Kind = FileKind.Weights,
                Parameters = file.Tensors.Where(tensor => IsFloat(tensor.Type)).Sum(tensor => (long)tensor.Length),
                Notes = ["It does not say of which layers its weights are: they go into a model that is there."],
            };
        return contents with
        {
            Tensors = [.. file.Tensors.Select(tensor => new ContentsTensor(tensor.Name, tensor.Type.ToString(), [.. tensor.Shape.Select(extent => (long)extent)]))],
            Metadata = file.Metadata.Where(text => !own.Contains(text.Key)).ToDictionary(),
        };
    }

    private static bool IsFloat(TensorType type) => type is TensorType.Float32 or TensorType.Float64 or TensorType.Float16 or TensorType.BFloat16;
}
