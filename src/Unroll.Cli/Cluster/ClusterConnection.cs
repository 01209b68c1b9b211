namespace Unroll.Cli;

/// <summary>How a user says where the database of a cluster is. What it holds is never printed.</summary>
internal static class ClusterConnection
{
    /// <summary>The environment variable that holds a connection where no option does.</summary>
    public const string Variable = "UNROLL_CLUSTER";

    /// <param name="text">A connection string of Npgsql, or the path of a file that holds one.</param>
    /// <exception cref="UnrollException">It is neither.</exception>
    public static string Of(string text)
    {
        if (text.Contains('='))
            return text;
        try
        {
            string held = File.ReadAllText(text).Trim();
            return held.Contains('=')
                ? held
                : throw new UnrollException(
                    $"{text} holds no connection string. It takes one line {ClusterOptions.Connection.Split(", or")[0]}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UnrollException(
                $"--cluster is \"{text}\", which is neither a connection string nor a file that can be read. "
                    + $"Give one {ClusterOptions.Connection}.",
                failure);
        }
    }

    /// <summary>Null where the variable is not set.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static string? OfEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Of(text) : null;

    /// <exception cref="UnrollException">Nothing says where the cluster is.</exception>
    public static string Require(string? given) => given is not null
        ? Of(given)
        : OfEnvironment() ?? throw new UnrollException($"Which cluster? Give --cluster {ClusterOptions.Connection}, or set {Variable}.");
}
