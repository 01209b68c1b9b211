using System.Globalization;
using Unroll.Exchange;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What libraries say of files of networks, with the options of the tool for remedies.</summary>
internal static class ExchangeErrors
{
    private const int MostShown = 4;

    /// <summary>A file that cannot become layers.</summary>
    public static UnrollException Of(string path, UnsupportedModelException error) => CanRun(path)
        ? new UnrollException($"{path} can be run (OnnxModel), but has no form as layers: {First(error.Reasons)} {Rest(path)}", error)
        : new UnrollException($"{path} uses what is not supported: {First(error.Reasons)} {Rest(path)}", error);

    /// <summary>Weights that do not fit the layers.</summary>
    public static UnrollException Of(string path, string into, WeightsMismatchException error) => new MisfitException(
        $"{path} does not fit the layers of {into}: {string.Join("; ", error.Reasons)}. Compare the names with those that unroll inspect "
            + $"{ShellWord.Quote(path)} lists, and give --subtree, --prefix, --rename or --ignore-surplus.", error);

    /// <summary>The message of an error that lists all reasons at once, however many; null of any other.</summary>
    public static string? AllOf(UnrollException error) =>
        (error as UnsupportedModelException)?.FullMessage ?? (error as MisfitException)?.FullMessage;

    private static string Rest(string path) => $"unroll inspect {ShellWord.Quote(path)} lists all.";

    private static string First(IReadOnlyList<string> reasons) => string.Join("; ", reasons.Take(MostShown))
        + (reasons.Count > MostShown ? string.Create(CultureInfo.InvariantCulture, $"; and {reasons.Count - MostShown:N0} more.") : ".");

    private static bool CanRun(string path)
    {
        if (!path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            return false;
        try
        {
            _ = OnnxModel.Load(path);
            return true;
        }
        catch (UnrollException)
        {
            return false;
        }
    }
}

/// <summary>Weights that do not fit, in the words of the tool. The message of other errors is cut where it is long.</summary>
internal sealed class MisfitException : UnrollException
{
    public MisfitException(string message, WeightsMismatchException inner)
        : base(message, inner) => FullMessage = message;

    public string FullMessage { get; }
}
