using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The choice of the target and the treatment of its missing values, which the verbs share.</summary>
internal static class TargetColumn
{
    private static readonly Dictionary<string, MissingPolicy> s_policies = new()
    {
        ["error"] = MissingPolicy.Error,
        ["drop"] = MissingPolicy.Drop,
        ["forward-fill"] = MissingPolicy.ForwardFill,
        ["interpolate"] = MissingPolicy.Interpolate,
    };

    /// <summary>Stands between the names of several targets.</summary>
    public const char Between = ',';

    /// <summary>The target's name as the file spells it.</summary>
    /// <exception cref="UnrollException">There is no such column, or several are named.</exception>
    public static string Choose(TimeSeries series, CommonRequest request)
    {
        bool isMissing = !series.ColumnNames.Contains(request.Target, StringComparer.OrdinalIgnoreCase);
        if (AreSeveral(series.ColumnNames, request))
            throw new UnrollException($"--target names several columns, {request.Target}: only unroll forecast of one series takes them together. Name one --target here, and run it once for each.");
        return isMissing && !request.TargetIsGiven
            ? throw new UnrollException($"{series.Name} has no column {request.Target}, the default target. Choose one of {string.Join(", ", series.ColumnNames)} with --target.")
            : series[request.Target].Name;
    }

    /// <summary>Whether more than one column is named; a column whose own name has a comma is one.</summary>
    public static bool AreSeveral(IEnumerable<string> columns, CommonRequest request) =>
        request.TargetIsGiven && request.Target.Contains(Between, StringComparison.Ordinal) && !columns.Contains(request.Target, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of several targets as the file spells them.</summary>
    /// <exception cref="UnrollException">A name is missing or there twice, or there is no such column.</exception>
    public static IReadOnlyList<string> ChooseSeveral(TimeSeries series, CommonRequest request)
    {
        string[] words = request.Target.Split(Between, StringSplitOptions.TrimEntries);
        if (Array.Exists(words, word => word.Length == 0))
            throw new UnrollException($"--target is \"{request.Target}\": a name is missing. Give the columns with one comma between, as --target High,Low.");
        string[] names = Array.ConvertAll(words, word => series[word].Name);
        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UnrollException($"--target names {twice.Key} twice. Name each column once.")
            : names;
    }

    public static Option<string> MissingOption() =>
        Options.Word("--missing", "error", [.. s_policies.Keys], "What to do with missing values of the target");

    public static MissingPolicy Policy(string word) => s_policies[word];

    public static string Word(MissingPolicy policy) => s_policies.First(entry => entry.Value == policy).Key;

    /// <summary>
    /// The targets alone, their missing values treated. With <see cref="MissingPolicy.Error"/> they stay: only those in the
    /// rows that are used matter, and whoever uses the rows refuses them.
    /// </summary>
    /// <param name="series">The whole table.</param>
    /// <param name="targets">The columns.</param>
    /// <param name="policy">What to do with missing values.</param>
    /// <param name="needed">The first instant that matters; values missing from the beginning to before it are left out.</param>
    /// <param name="boundary">The first instant of the test range: nothing before it is filled from it.</param>
    public static TimeSeries Complete(TimeSeries series, IReadOnlyList<string> targets, MissingPolicy policy, DateTime? needed, DateTime? boundary)
    {
        TimeSeries column = series.Select([.. targets]);
        if (policy == MissingPolicy.Error)
            return column;
        int first = targets.Max(target => column[target].Values.IndexOfAnyExcept(double.NaN));
        bool leadIsIdle = first > 0 && (needed is null || column.Dates[first] <= needed);
        return (leadIsIdle ? column.Tail(column.Rows - first) : column).Fill(policy, boundary);
    }
}
