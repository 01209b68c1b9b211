using System.Globalization;
using Unroll.Exchange.TorchFiles;

namespace Unroll.Exchange;

/// <summary>Files of named tensors: PyTorch's, safetensors, NumPy's.</summary>
internal static class TensorContents
{
    /// <summary>What programs call the dictionary of the weights, beside that of the optimizer.</summary>
    private static readonly string[] s_subtrees = ["model", "state_dict", "model_state_dict", "net", "network"];

    public static FileContents Of(string path, string format, Func<string, TensorFile> read)
    {
        TensorFile file = read(path);
        NamedTensor[] weights = [.. file.Tensors.Where(tensor => !IsOfOptimizer(tensor.Name))
            .OrderBy(tensor => s_subtrees.Contains(Root(tensor.Name)) ? 0 : 1)];
        string[] own = [.. file.Metadata.Keys.Where(key => key.StartsWith(CarriedText.Prefix, StringComparison.Ordinal))];
        FileContents contents = own.Length > 0
            ? FileContents.Of(path, format, "written by Unroll", file.ToModel().Model)
            : new FileContents
            {
                Path = path,
                Format = format,
                Kind = FileKind.Weights,
                Parameters = weights.Where(tensor => IsFloat(tensor.Type)).Sum(tensor => (long)tensor.Length),
                Subtree = format == "PyTorch" ? Array.Find(s_subtrees, key => IsDictionary(path, file, key)) ?? "" : "",
                Notes = [.. Optimizer(file.Tensors.Count - weights.Length),
                    "It does not say of which layers its weights are: they go into a model that is there."],
            };
        return contents with
        {
            Tensors = [.. weights.Select(
                tensor => new ContentsTensor(tensor.Name, tensor.Type.ToString(), [.. tensor.Shape.Select(extent => (long)extent)]))],
            Metadata = file.Metadata.Where(text => !own.Contains(text.Key)).ToDictionary(),
        };
    }

    /// <summary>The line on the tensors of an optimizer, which are no weights; none where there are none.</summary>
    public static string[] Optimizer(int count) => count == 0 ? []
        : [string.Create(CultureInfo.InvariantCulture, $"optimizer: {count:N0} {(count == 1 ? "tensor" : "tensors")}")];

    private static string Root(string name) => name.Split('.')[0];

    private static bool IsOfOptimizer(string name) => Root(name) is "optimizer" or "optim" or "optimizer_state_dict" or "optimizer_states"
        or "optimizer_state" or "optim_state_dict" or "opt_state";

    /// <summary>Whether a key is a dictionary of the file, and not the beginning of names with points, and holds tensors.</summary>
    private static bool IsDictionary(string path, TensorFile file, string key)
    {
        if (!file.Tensors.Any(tensor => Root(tensor.Name) == key))
            return false;
        try
        {
            return Torch.Read(path, key).Tensors.Count > 0;
        }
        catch (UnrollException)
        {
            return false;
        }
    }

    private static bool IsFloat(TensorType type) => type is TensorType.Float32 or TensorType.Float64 or TensorType.Float16
        or TensorType.BFloat16;
}
