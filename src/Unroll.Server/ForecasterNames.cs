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
        Ridge, "naive", "seasonal-naive", "seasonal-naive-with-drift", "drift", "mean", "least-squares", "theta", "ets", "arima", "stl-ets", "croston", "tsb",
    ];
}
