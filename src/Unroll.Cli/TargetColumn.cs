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

    /// <summary>The target's name as the file spells it.</summary>
    /// <exception cref="UnrollException">There is no such column.</exception>
    public static string Choose(TimeSeries series, CommonRequest request)
    {
        bool isMissing = !series.ColumnNames.Contains(request.Target, StringComparer.OrdinalIgnoreCase);
        return isMissing && !request.TargetIsGiven
            ? throw new UnrollException($"{series.Name} has no column {request.Target}, the default target. Choose one of {string.Join(", ", series.ColumnNames)} with --target.")
            : series[request.Target].Name;
    }

    public static Option<string> MissingOption() =>
        Options.Word("--missing", "error", [.. s_policies.Keys], "What to do with missing values of the target");

    public static MissingPolicy Policy(string word) => s_policies[word];

    public static string Word(MissingPolicy policy) => s_policies.First(entry => entry.Value == policy).Key;

    /// <summary>
    /// The target column alone, its missing values treated. With <see cref="MissingPolicy.Error"/> they stay: only those in the
    /// rows that are used matter, and whoever uses the rows refuses them.
    /// </summary>
    /// <param name="series">The whole table.</param>
    /// <param name="target">The column.</param>
    /// <param name="policy">What to do with missing values.</param>
    /// <param name="needed">The first instant that matters; values missing from the beginning to before it are left out.</param>
    /// <param name="boundary">The first instant of the test range: nothing before it is filled from it.</param>
    public static TimeSeries Complete(TimeSeries series, string target, MissingPolicy policy, DateTime? needed, DateTime? boundary)
    {
        TimeSeries column = series.Select(target);
        if (policy == MissingPolicy.Error)
            return column;
        int first = column[target].Values.IndexOfAnyExcept(double.NaN);
        bool leadIsIdle = first > 0 && (needed is null || column.Dates[first] <= needed);
        return (leadIsIdle ? column.Tail(column.Rows - first) : column).Fill(policy, boundary);
    }
}
