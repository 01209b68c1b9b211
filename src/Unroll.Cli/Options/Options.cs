using System.CommandLine;
using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>Options that say what they take when they are given something else.</summary>
internal static class Options
{
    public static Option<int> Whole(string name, int fallback, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (IsWhole(text, least, most, out int value))
                return value;
            string limits = string.Create(CultureInfo.InvariantCulture, $" of at least {least} and at most {most}");
            string range = least == int.MinValue ? "" : limits;
            result.AddError($"{name} is \"{text}\"; it takes a whole number{range}");
            return fallback;
        },
    };

    /// <summary>A whole number, or "all" for the largest there is.</summary>
    public static Option<int?> WholeOrAll(string name, int least, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text.Equals("all", StringComparison.OrdinalIgnoreCase))
                return int.MaxValue;
            if (IsWhole(text, least, int.MaxValue, out int value))
                return value;
            result.AddError(string.Create(
                CultureInfo.InvariantCulture, $"{name} is \"{text}\"; it takes a whole number of at least {least}, or all"));
            return null;
        },
    };

    public static Option<int?> OptionalWhole(string name, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (IsWhole(text, least, most, out int value))
                return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture,
                $"{name} is \"{text}\"; it takes a whole number of at least {least} and at most {most}"));
            return null;
        },
    };

    /// <param name="range">The range in words: <c>above 0</c>.</param>
    public static Option<double> Number(string name, double fallback, Func<double, bool> isAllowed, string range, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "X",
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                if (TryRead(result.Tokens[0].Value, isAllowed, out double value))
                    return value;
                result.AddError(NoNumber(name, result.Tokens[0].Value, range));
                return fallback;
            },
        };

    private static string NoNumber(string name, string given, string range) =>
        $"{name} is \"{given}\"; it takes a number {range}".TrimEnd();

    public static Option<double?> OptionalNumber(string name, Func<double, bool> isAllowed, string range, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            if (TryRead(result.Tokens[0].Value, isAllowed, out double value))
                return value;
            result.AddError(NoNumber(name, result.Tokens[0].Value, range));
            return null;
        },
    };

    public static Option<DateRange?> Range(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RANGE",
        CustomParser = result => Parse<DateRange?>(name, result, text => DateRange.Parse(text)),
    };

    public static Option<TestRows?> Test(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RANGE",
        CustomParser = result => Parse(name, result, TestRows.Parse),
    };

    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Parse<TimeSpan?>(name, result, text => TimeBudget.Parse(text)),
    };

    /// <summary>Names of columns: repeated, or with commas between.</summary>
    public static Option<string[]> Names(string name, string description)
    {
        int note = description.IndexOf(" [", StringComparison.Ordinal);
        return new Option<string[]>(name)
        {
            Description = description.Insert(note < 0 ? description.Length : note, "; repeat it for more, or put commas between"),
            HelpName = "COLUMN",
        };
    }

    /// <summary>One of a few words; letter case does not count.</summary>
    public static Option<string> Word(string name, string fallback, string[] words, string description) => new Option<string>(name)
    {
        Description = $"{description}: {AnyOf(words)}",
        HelpName = name[2..].ToUpperInvariant(),
        DefaultValueFactory = _ => fallback,
        CustomParser = result => OneOf(name, words, result.Tokens[0].Value, result.AddError) ?? fallback,
    }.Proposing(words);

    /// <summary>One of a few words or none; letter case does not count.</summary>
    public static Option<string?> OptionalWord(string name, string[] words, string description) => new Option<string?>(name)
    {
        Description = description.Replace(" [", $": {AnyOf(words)} [", StringComparison.Ordinal),
        HelpName = name[2..].ToUpperInvariant(),
        CustomParser = result => OneOf(name, words, result.Tokens[0].Value, result.AddError),
    }.Proposing(words);

    /// <summary>
    /// Some of a few words, repeated or with commas between, in the order given and each once; empty where none is given.
    /// </summary>
    public static Option<string[]> Words(string name, string[] words, string description) => new Option<string[]>(name)
    {
        Description = description.Replace(" [", $": {AnyOf(words)}; repeat it for more, or put commas between [", StringComparison.Ordinal),
        HelpName = name[2..].ToUpperInvariant(),
        CustomParser = result => [.. result.Tokens
            .SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))
            .Select(word => OneOf(name, words, word, result.AddError) ?? words[0])
            .Distinct()],
    }.Proposing(words);

    /// <summary>What a shell may complete the value of an option to.</summary>
    public static Option<T> Proposing<T>(this Option<T> option, IEnumerable<string> words)
    {
        option.CompletionSources.Add([.. words]);
        return option;
    }

    /// <summary>What a text says; an error of its own is one of the command line.</summary>
    public static T? Parse<T>(string name, System.CommandLine.Parsing.ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[0].Value);
        }
        catch (UnrollException error)
        {
            result.AddError($"{name}: {error.Message}");
            return default;
        }
    }

    private static string? OneOf(string name, string[] words, string text, Action<string> addError)
    {
        string? word = Array.Find(words, candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (word is null)
            addError($"{name} is \"{text}\"; choose {AnyOf(words)}");
        return word;
    }

    private static string AnyOf(string[] words) => $"{string.Join(", ", words[..^1])} or {words[^1]}";

    private static bool IsWhole(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static bool TryRead(string text, Func<double, bool> isAllowed, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && isAllowed(value);
}
