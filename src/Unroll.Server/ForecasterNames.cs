namespace Unroll.Server;

/// <summary>What --model calls forecasters.</summary>
internal static class ForecasterNames
{
    public const string Ridge = "ridge";

    /// <summary>The recurrent networks, on what ridge regression leaves.</summary>
    public static IReadOnlyList<string> Networks { get; } = ["lstm", "gru", "simple-rnn"];

    /// <summary>Ridge regression and the rules.</summary>
    public static IReadOnlyList<string> Others { get; } =
    [
        Ridge, "naive", "seasonal-naive", "seasonal-naive-with-drift", "drift", "mean", "least-squares", "theta", "ets", "arima", "stl-ets",
        "croston", "tsb",
    ];

    /// <summary>By what a forecaster forecasts, in a few words.</summary>
    /// <param name="key">One of <see cref="Networks"/> or <see cref="Others"/>.</param>
    public static string InWords(string key) => key switch
    {
        "lstm" => "a network with a cell of long memory",
        "gru" => "a network with two gates, smaller than an LSTM",
        "simple-rnn" => "a network without gates",
        Ridge => "a linear regression on the same inputs as the networks",
        "naive" => "the newest value",
        "seasonal-naive" => "the value one season before",
        "seasonal-naive-with-drift" => "the value one season before, and the mean change of a season",
        "drift" => "the newest value, and the mean change of a row",
        "mean" => "the mean of all rows",
        "least-squares" => "a linear regression on the target's own past",
        "theta" => "half of a straight trend, and a smoothed level",
        "ets" => "exponential smoothing of level, trend and season",
        "arima" => "the newest changes and the newest errors",
        "stl-ets" => "the season taken out, the rest smoothed exponentially",
        "croston" => "for rare demand: its size and the time between",
        "tsb" => "for rare demand: its size and how likely it is",
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "There is no such forecaster."),
    };
}
