using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What to do with missing values of the target, as --missing spells it.</summary>
internal static class MissingOption
{
    private static readonly Dictionary<string, MissingPolicy> s_policies = new()
    {
        ["error"] = MissingPolicy.Error,
        ["drop"] = MissingPolicy.Drop,
        ["forward-fill"] = MissingPolicy.ForwardFill,
        ["interpolate"] = MissingPolicy.Interpolate,
    };

    public static Option<string> Create() =>
        Options.Word("--missing", "error", [.. s_policies.Keys], "What to do with missing values of the target");

    /// <summary>For a forecaster that was fitted already: null for what was done then.</summary>
    public static Option<string?> CreateForFitted() =>
        Options.OptionalWord("--missing", [.. s_policies.Keys], "What to do with missing values of the target [default: as in training]");

    public static MissingPolicy Policy(string word) => s_policies[word];

    public static string Word(MissingPolicy policy) => s_policies.First(entry => entry.Value == policy).Key;
}
