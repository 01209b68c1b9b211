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
    public static UnrollException Of(string path, string into, WeightsMismatchException error) => new(
        $"{path} does not fit the layers of {into}: {First(error.Reasons)} Compare the names with those that unroll inspect "
            + $"{ShellWord.Quoted(path)} lists, and give --subtree, --prefix, --rename or --ignore-surplus.", error);

    private static string Rest(string path) => $"unroll inspect {ShellWord.Quoted(path)} lists all.";

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
