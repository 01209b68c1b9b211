using Unroll.Exchange.Hdf5;
using Unroll.Exchange.KerasFiles;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange;

/// <summary>Files of Keras: models and weights.</summary>
internal static class KerasContents
{
    public static FileContents Of(string path)
    {
        FileBytes bytes = FileBytes.Of(path);
        var file = KerasFile.Read(bytes);
        ContentsTensor[] all = [.. Datasets(file.Weights).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        ContentsTensor[] tensors = [.. all.Where(tensor => !IsOfOptimizer(tensor.Name))];
        long numbers = tensors.Sum(tensor => tensor.Length);
        string[] optimizer = TensorContents.Optimizer(all.Length - tensors.Length);
        string version = file.Version is { } keras ? $"Keras {keras}" : "";
        var plain = new FileContents
        {
            Path = path,
            Format = ExchangeFormats.Of(path).Name,
            Kind = FileKind.Weights,
            Version = version,
            Parameters = numbers,
            Tensors = tensors,
        };
        if (file.Config is null)
            return plain with
            {
                Notes =
                [.. optimizer, "It does not say of which layers its weights are: they go into a model that is there."]
            };
        var notes = new List<string>(optimizer);
        try
        {
            // The steps that the file leaves open are of no matter here.
            Model model = Keras.Load(bytes, new KerasOptions { Notes = notes.Add });
            return FileContents.Of(path, plain.Format, version, model) with { Tensors = tensors, Notes = notes };
        }
        catch (UnsupportedModelException unsupported)
        {
            return plain with { Kind = FileKind.Model, Notes = notes, Unsupported = unsupported.Reasons };
        }
        catch (UnrollException refused)
        {
            return plain with { Kind = FileKind.Model, Notes = [.. notes, refused.Message] };
        }
    }

    private static bool IsOfOptimizer(string name) => name.StartsWith("optimizer/", StringComparison.Ordinal)
        || name.StartsWith("optimizer_weights/", StringComparison.Ordinal);

    /// <summary>All datasets with their paths; a group that is named twice is listed once.</summary>
    private static IEnumerable<ContentsTensor> Datasets(Hdf5Group root)
    {
        var seen = new HashSet<Hdf5Object>();
        var pending = new Stack<(string Path, Hdf5Object Member)>([("", root)]);
        while (pending.TryPop(out (string Path, Hdf5Object Member) next))
        {
            if (!seen.Add(next.Member))
                continue;
            if (next.Member is Hdf5Dataset dataset)
                yield return new ContentsTensor(next.Path, dataset.TypeName, [.. dataset.Shape]);
            foreach ((string name, Hdf5Object member) in next.Member is Hdf5Group group
                ? group.Members
                : new Dictionary<string, Hdf5Object>())
                pending.Push((next.Path.Length == 0 ? name : $"{next.Path}/{name}", member));
        }
    }
}
