using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The files of networks that can be judged.</summary>
internal static class JudgedNetwork
{
    public static IReadOnlyList<string> Extensions { get; } = [".unroll"];

    /// <exception cref="UnrollException">The file cannot be read, or holds something else.</exception>
    public static PretrainedForecaster Load(string path, PretrainedOptions options) => new(Model.Load(path), options);
}
