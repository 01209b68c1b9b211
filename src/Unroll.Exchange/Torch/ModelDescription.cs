using System.Text;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// What describes a model beside its tensors, as text: <c>unroll.model</c> is the header of its .unroll file, <c>unroll.prefix</c>,
/// <c>unroll.names</c> and <c>unroll.channels</c> the options that the tensors were written with, where not the usual ones, and
/// <c>unroll.sha256</c> the check sum of all of them.
/// </summary>
internal static class ModelDescription
{
    private const string ModelText = "unroll.model", SumText = "unroll.sha256", PrefixText = "unroll.prefix", NamesText = "unroll.names";
    private const string OrderText = "unroll.channels", ChannelsLast = "last";
    private const int MostShown = 5;

    /// <exception cref="UnrollException">A layer has no name in files.</exception>
    public static Dictionary<string, string> Of(Model model, TorchOptions options)
    {
        byte[] header = ModelFile.HeaderOf(model, options.Metadata, null);
        var texts = new Dictionary<string, string> { [ModelText] = Encoding.UTF8.GetString(header) };
        if (options.Prefix.Length > 0)
            texts.Add(PrefixText, options.Prefix);
        if (!options.ChannelsFirst)
            texts.Add(OrderText, ChannelsLast);
        if (options.Names.Count > 0)
        {
            byte[] names = TextRecord.ToBytes(options.Names.OrderBy(pair => pair.Key, StringComparer.Ordinal));
            texts.Add(NamesText, Encoding.UTF8.GetString(names));
        }

        texts.Add(SumText, CarriedText.SumOf(texts));
        return texts;
    }

    /// <summary>The model that is described, with the weights of the tensors.</summary>
    /// <param name="file">The tensors.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="UnrollException">There is no description, or it does not fit.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) Read(TensorFile file, string name)
    {
        if (!IsIn(file))
        {
            string shown = string.Join(", ", file.Tensors.Take(MostShown).Select(tensor => tensor.Name));
            string more = file.Tensors.Count > MostShown ? ", …" : "";
            throw new UnrollException($"{name} has weights alone ({file.Tensors.Count} tensors: {shown}{more}) and does not say of which "
                + "layers. Build the model with Unroll's layers, and load its weights into it.")
            { Subject = "into" };
        }

        Require(file, name);
        byte[] header = Encoding.UTF8.GetBytes(file.Metadata[ModelText]);
        try
        {
            long weights = file.Tensors.Sum(tensor => (long)tensor.Length);
            (Model model, ModelHeader described) = ModelFile.Describe(header, ModelFile.Version, (int)Math.Min(int.MaxValue, weights));
            StateDictionary.Load(model, file, OptionsOf(file, name), name);
            return (model, described.Metadata);
        }
        catch (UnrollException failure) when (failure.UnknownKind is { } unknown)
        {
            throw new UnrollException($"{name} {failure.Message}", failure) { UnknownKind = unknown };
        }
        catch (Exception failure) when (ModelFile.IsOfHeader(failure) && failure is not WeightsMismatchException)
        {
            throw FileBytes.Damaged(name, "its description of the model: " + failure.Message.ReplaceLineEndings(" ").TrimEnd('.'), failure);
        }
    }

    /// <summary>Whether any of it is in a file.</summary>
    public static bool IsIn(TensorFile file) =>
        file.Metadata.Keys.Any(key => key is ModelText or SumText or PrefixText or NamesText or OrderText);

    /// <summary>Whether a file says that its weights behind flattened layers have channels last.</summary>
    public static bool HasChannelsLast(TensorFile file) => file.Metadata.GetValueOrDefault(OrderText) == ChannelsLast;

    /// <exception cref="UnrollException">Some of the description is missing or was changed.</exception>
    public static void Require(TensorFile file, string name)
    {
        IEnumerable<KeyValuePair<string, string>> texts = file.Metadata.Where(text => text.Key != SumText
            && text.Key.StartsWith(CarriedText.Prefix, StringComparison.Ordinal));
        if (!file.Metadata.ContainsKey(ModelText) || !file.Metadata.TryGetValue(SumText, out string? sum)
            || sum != CarriedText.SumOf(texts))
            throw CarriedText.Changed(name);
    }

    private static TorchOptions OptionsOf(TensorFile file, string name)
    {
        string prefix = file.Metadata.GetValueOrDefault(PrefixText, "");
        Dictionary<string, string> names = file.Metadata.TryGetValue(NamesText, out string? json)
            ? TextRecord.Read(new FileBytes([], name), Encoding.UTF8.GetBytes(json)) : [];
        return new TorchOptions { Prefix = prefix, Names = names, OwnLayouts = true, ChannelsFirst = !HasChannelsLast(file) };
    }
}
