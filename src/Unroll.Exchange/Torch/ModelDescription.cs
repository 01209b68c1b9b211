using System.Security.Cryptography;
using System.Text;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// What describes a model beside its tensors, as text: <c>unroll.model</c> is the header of its .unroll file, <c>unroll.sha256</c> that
/// text's check sum, <c>unroll.prefix</c>, <c>unroll.names</c> and <c>unroll.channels</c> the options that the tensors were written
/// with, where not the usual ones.
/// </summary>
internal static class ModelDescription
{
    /// <summary>What the names of these texts begin with.</summary>
    public const string Prefix = "unroll.";

    private const string ModelText = "unroll.model", SumText = "unroll.sha256", PrefixText = "unroll.prefix", NamesText = "unroll.names";
    private const string OrderText = "unroll.channels", ChannelsLast = "last";
    private const int MostShown = 5;

    /// <exception cref="UnrollException">A layer has no name in files.</exception>
    public static Dictionary<string, string> Of(Model model, TorchOptions options)
    {
        byte[] header = ModelFile.HeaderOf(model, options.Metadata, null);
        var texts = new Dictionary<string, string> { [ModelText] = Encoding.UTF8.GetString(header), [SumText] = SumOf(header) };
        if (options.Prefix.Length > 0)
            texts.Add(PrefixText, options.Prefix);
        if (!options.ChannelsFirst)
            texts.Add(OrderText, ChannelsLast);
        if (options.Names.Count > 0)
        {
            byte[] names = TextRecord.ToBytes(options.Names.OrderBy(pair => pair.Key, StringComparer.Ordinal));
            texts.Add(NamesText, Encoding.UTF8.GetString(names));
        }

        return texts;
    }

    /// <summary>The model that is described, with the weights of the tensors.</summary>
    /// <param name="file">The tensors.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="UnrollException">There is no description, or it does not fit.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) Read(TensorFile file, string name)
    {
        if (!file.Metadata.TryGetValue(ModelText, out string? text))
        {
            string shown = string.Join(", ", file.Tensors.Take(MostShown).Select(tensor => tensor.Name));
            string more = file.Tensors.Count > MostShown ? ", …" : "";
            throw new UnrollException($"{name} has weights alone ({file.Tensors.Count} tensors: {shown}{more}) and does not say of which "
                + "layers. Build the model with Unroll's layers, and load its weights into it.")
            { Subject = "into" };
        }

        var bytes = new FileBytes([], name);
        byte[] header = Encoding.UTF8.GetBytes(text);
        if (!file.Metadata.TryGetValue(SumText, out string? sum) || sum != SumOf(header))
            throw bytes.Damaged("the check sum of its description of the model does not fit");
        try
        {
            long weights = file.Tensors.Sum(tensor => (long)tensor.Length);
            (Model model, ModelHeader described) = ModelFile.Described(header, ModelFile.Version, (int)Math.Min(int.MaxValue, weights));
            StateDictionary.Load(model, file, OptionsOf(file, bytes), name);
            return (model, described.Metadata);
        }
        catch (UnrollException failure) when (failure.UnknownKind is { } unknown)
        {
            throw new UnrollException($"{name} {failure.Message}", failure) { UnknownKind = unknown };
        }
        catch (Exception failure) when (ModelFile.IsOfHeader(failure) && failure is not WeightsMismatchException)
        {
            throw bytes.Damaged("its description of the model: " + failure.Message.ReplaceLineEndings(" ").TrimEnd('.'), failure);
        }
    }

    private static TorchOptions OptionsOf(TensorFile file, FileBytes bytes)
    {
        string prefix = file.Metadata.GetValueOrDefault(PrefixText, "");
        Dictionary<string, string> names = file.Metadata.TryGetValue(NamesText, out string? json)
            ? TextRecord.Read(bytes, Encoding.UTF8.GetBytes(json)) : [];
        bool channelsFirst = file.Metadata.GetValueOrDefault(OrderText) != ChannelsLast;
        return new TorchOptions { Prefix = prefix, Names = names, OwnLayouts = true, ChannelsFirst = channelsFirst };
    }

    private static string SumOf(byte[] header) => Convert.ToHexStringLower(SHA256.HashData(header));
}
