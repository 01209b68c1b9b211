using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>Columns as the user names them: an option may be repeated, and may hold several names with commas between.</summary>
internal static class ColumnNames
{
    private const char Between = ',';

    /// <summary>The most columns that a question lists.</summary>
    private const int MostListed = 20;

    /// <summary>The names given; one that a column bears is never taken apart, whatever commas it has.</summary>
    /// <param name="option">Which option gives them, for messages.</param>
    /// <param name="given">Its arguments.</param>
    /// <param name="columns">The columns that there are.</param>
    /// <exception cref="UnrollException">A name is empty.</exception>
    public static IReadOnlyList<string> Split(string option, IReadOnlyList<string> given, IReadOnlyList<string> columns)
    {
        var names = new List<string>();
        foreach (string text in given)
        {
            bool isColumn = columns.Contains(text, StringComparer.OrdinalIgnoreCase);
            string[] parts = isColumn ? [text] : text.Split(Between, StringSplitOptions.TrimEntries);
            if (Array.Exists(parts, part => part.Length == 0))
                throw new UnrollException(
                    $"{option} is \"{text}\": a name is missing. Give the columns with one comma between, as {option} High,Low.");
            names.AddRange(parts);
        }

        return names;
    }

    /// <summary>The columns to forecast as the file spells them; of a file with one column that column.</summary>
    /// <exception cref="UnrollException">There is no such column, one is named twice, or none is named and there are several.</exception>
    public static IReadOnlyList<string> Targets(SeriesSet data, CommonRequest request)
    {
        TimeSeries table = data[data.Keys[0]];
        if (request.Targets.Count == 0 && request.Data.Sample is null)
        {
            return data.ColumnNames.Count == 1
                ? [data.ColumnNames[0]]
                : throw new UnrollException(
                    $"{data.Name} has the columns {List(data.ColumnNames)}. Say which of them to "
                        + $"forecast, for example --target {ShellWord.Quote(data.ColumnNames[0])}.");
        }

        IReadOnlyList<string> given = request.Targets.Count > 0 ? request.Targets : [request.Data.Sample!.Target];
        string[] names = [.. Split("--target", given, data.ColumnNames).Select(name => table[name].Name)];
        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UnrollException($"--target names {twice.Key} twice. Name each column once.")
            : names;
    }

    /// <summary>Names in one line, the first twenty where there are many.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostListed))
        + (names.Count > MostListed ? FormattableString.Invariant($" and {names.Count - MostListed:N0} more") : "");
}
