using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// How columns are scaled for a network that others have trained: a rule, and the numbers of its training where they are known.
/// </summary>
/// <param name="Kind">minmax, standard, robust or none.</param>
/// <param name="Lowest">What the smallest value becomes, with minmax.</param>
/// <param name="Highest">What the largest becomes.</param>
internal sealed partial record ScalingChoice(string Kind, double Lowest = 0, double Highest = 1)
{
    private static readonly string[] s_kinds = ["minmax", "standard", "robust", "none"];

    /// <summary>The two numbers of every column; null where each has its own, or none is given.</summary>
    private (double First, double Second)? _all;

    /// <summary>The two numbers of a column.</summary>
    private readonly Dictionary<string, (double First, double Second)> _columns = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What --scaling says.</summary>
    /// <exception cref="UnrollException">It is none of the words, or no range.</exception>
    public static ScalingChoice Parse(string text)
    {
        if (Array.Find(s_kinds, kind => kind.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } word)
            return new ScalingChoice(word);
        string[] ends = text.StartsWith("minmax:", StringComparison.OrdinalIgnoreCase) ? text["minmax:".Length..].Split(',', ':') : [];
        if (ends.Length != 2 || Number(ends[0]) is not { } lowest || Number(ends[1]) is not { } highest)
            throw new UnrollException($"\"{text}\" is no scaling; choose minmax, minmax:-1,1, standard, robust or none.");
        return lowest < highest
            ? new ScalingChoice("minmax", lowest, highest)
            : throw new UnrollException($"\"{text}\" is no range: give the smaller number first and a larger one behind "
                + "it, as minmax:-1,1.");
    }

    /// <summary>This with the numbers that --scaler gives.</summary>
    /// <exception cref="UnrollException">A text is no pair of numbers, or there is nothing to scale by them.</exception>
    public ScalingChoice With(IReadOnlyList<string> given)
    {
        if (given.Count == 0)
            return this;
        if (Kind == "none")
            throw new UnrollException("--scaler gives the numbers of a scaler, but --scaling none asks for none. Leave one of them out.");
        var with = new ScalingChoice(Kind, Lowest, Highest);
        foreach (string text in given)
        {
            if (!text.Contains('=', StringComparison.Ordinal))
            {
                if (given.Count > 1)
                    throw Unread(text);
                with._all = Pair(text.Split(',', ':'), text);
                continue;
            }

            MatchCollection pairs = Columns().Matches(text);
            if (pairs.Count == 0 || pairs.Sum(pair => pair.Length) != text.Length)
                throw Unread(text);
            foreach (Match pair in pairs)
                with._columns[pair.Groups[1].Value.Trim()] = Pair([pair.Groups[2].Value, pair.Groups[3].Value], text);
        }

        return with;
    }

    /// <summary>Refuses numbers for columns that are not scaled, and one pair for several columns.</summary>
    /// <param name="scaled">The columns of a window, and the target where it is none of them.</param>
    /// <exception cref="UnrollException">They are such numbers.</exception>
    public void Require(IReadOnlyList<string> scaled)
    {
        if (_all is not null && scaled.Count > 1)
            throw new UnrollException($"--scaler has two numbers for {scaled.Count} columns. Name them, as --scaler "
                + $"{ShellWord.Quote($"{scaled[0]}=10:250,{scaled[1]}=0:1e6")}.");
        if (_columns.Keys.FirstOrDefault(column => !scaled.Contains(column, StringComparer.OrdinalIgnoreCase)) is { } other)
            throw new UnrollException($"--scaler has numbers for {other}, which the network does not read. It reads "
                + $"{ColumnNames.List(scaled)}.");
    }

    /// <summary>The scaler of a column: fitted where its numbers are given.</summary>
    public Scaler Of(string column)
    {
        if (!(_columns.TryGetValue(column, out (double First, double Second) numbers) || (_all is { } all && (numbers = all) == all)))
            return Kind == "minmax" ? new MinMaxScaler(Lowest, Highest) : Scaler.Create(Kind);
        if (Kind != "minmax")
            return Scaler.Restore(new ScalerState(Kind, numbers.First, numbers.Second));
        var scaler = new MinMaxScaler(Lowest, Highest);
        scaler.Fit([numbers.First, numbers.Second]);
        return scaler;
    }

    public bool IsGiven(string column) => _all is not null || _columns.ContainsKey(column);

    public override string ToString()
    {
        string kind = Kind == "minmax" && (Lowest, Highest) != (0, 1) ? FormattableString.Invariant($"minmax:{Lowest},{Highest}") : Kind;
        IEnumerable<string> given = _all is { } all
            ? [FormattableString.Invariant($"{all.First},{all.Second}")]
            : _columns.Select(each => FormattableString.Invariant($"{each.Key}={each.Value.First}:{each.Value.Second}"));
        return string.Join(' ', given.Prepend(kind));
    }

    private (double First, double Second) Pair(string[] numbers, string text)
    {
        if (numbers.Length != 2 || Number(numbers[0]) is not { } first || Number(numbers[1]) is not { } second)
            throw Unread(text);
        if (Kind == "minmax" ? first < second : second > 0)
            return (first, second);
        throw new UnrollException(Kind == "minmax"
            ? $"--scaler is \"{text}\", but the smallest value comes first: give the smaller number before the larger."
            : $"--scaler is \"{text}\", but the spread, the second number, is not above 0. Give middle and spread.");
    }

    private UnrollException Unread(string text) => new(
        $"--scaler is \"{text}\"; it takes {(Kind == "minmax" ? "the smallest and the largest value" : "middle and spread")} of the "
            + "training, as 10,250, or of each column, as Close=10:250,Volume=0:1e6.");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;

    [GeneratedRegex("([^=]+)=([^:=,]+):([^:=,]+)(?:,|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Columns();
}
