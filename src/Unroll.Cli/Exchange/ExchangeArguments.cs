using System.CommandLine;
using Unroll.Exchange;

namespace Unroll.Cli;

/// <summary>
/// The options that say what the file of a network leaves open, for every verb that reads one. Their names are a contract.
/// </summary>
internal sealed class ExchangeArguments
{
    private readonly Option<string?> _into = new("--into")
    {
        Description = "For weights without layers: a file with the layers, of any format, whose weights they replace",
        HelpName = "FILE",
    };

    private readonly Option<bool> _byName = new("--by-name")
    {
        Description = "With --into and files of Keras: go by the names of "
        + "layers, not by their order"
    };
    private readonly Option<string?> _subtree = new("--subtree")
    {
        Description = "With --into: the dictionary of a PyTorch file that has the weights, as state_dict or model [default: "
            + "the file itself]",
        HelpName = "KEY",
    };

    private readonly Option<string?> _prefix = new("--prefix")
    {
        Description = "With --into: what the names of all tensors begin with, the point with it, as encoder. [default: nothing]",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _rename = new("--rename")
    {
        Description = "With --into: what the file calls a layer, as lstm_1=rnn; repeat it for more",
        HelpName = "LAYER=NAME",
    };

    private readonly Option<bool> _surplus = new("--ignore-surplus")
    {
        Description = "With --into: leave out tensors of the file that "
        + "the layers do not have"
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_into, _byName, _subtree, _prefix, _rename, _surplus])
            command.Add(option);
    }

    /// <param name="result">What was parsed.</param>
    /// <param name="steps">The steps of sequences whose number a file leaves open; null: such a file is refused.</param>
    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public NetworkFiles Read(ParseResult result, int? steps)
    {
        string? into = result.GetValue(_into);
        foreach (Option option in (Option[])[_byName, _subtree, _prefix, _rename, _surplus])
        {
            if (into is null && result.GetResult(option) is { Implicit: false })
                throw new UnrollException($"{option.Name} says how weights without layers are read. Add --into with a file that has the "
                    + "layers, or leave it out.");
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in result.GetValue(_rename) ?? [])
        {
            int at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !names.TryAdd(text[..at], text[(at + 1)..]))
                throw new UnrollException($"--rename is \"{text}\"; it takes a layer of --into and its name in the file, as lstm_1=rnn, "
                    + "each layer once.");
        }

        var notes = new List<string>();
        return new NetworkFiles(into, new ExchangeOptions
        {
            Steps = steps,
            Notes = notes.Add,
            Keras = new KerasOptions { ByName = result.GetValue(_byName) },
            Torch = new TorchOptions
            {
                Subtree = result.GetValue(_subtree),
                Prefix = result.GetValue(_prefix) ?? "",
                Names = names,
                IgnoreSurplus = result.GetValue(_surplus),
            },
        }, notes);
    }
}

/// <summary>How networks are read from files.</summary>
/// <param name="Into">The file that has the layers; null where the file itself has them.</param>
/// <param name="Options">What files leave open.</param>
/// <param name="Notes">What is to be known of those that were read.</param>
internal sealed record NetworkFiles(string? Into, ExchangeOptions Options, IReadOnlyList<string> Notes)
{
    /// <exception cref="UnrollException">A file cannot be read, or has weights alone and no layers are given.</exception>
    public Model Load(string path)
    {
        if (Into is null)
            return ExchangeFormats.Load(path, Options);
        Model model = ExchangeFormats.Load(Into, Options);
        try
        {
            ExchangeFormats.LoadWeights(model, path, Options);
        }
        catch (WeightsMismatchException misfit)
        {
            throw ExchangeErrors.Of(path, Into, misfit);
        }

        return model;
    }
}
