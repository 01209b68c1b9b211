using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>A sample program that was run to its end from the root of the repository.</summary>
internal sealed record SampleRun(string Output, string Errors, int ExitCode)
{
    /// <summary>Builds and runs samples/<paramref name="name"/>.cs with these arguments.</summary>
    public static async Task<SampleRun> Of(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", $"samples/{name}.cs", "--", .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new SampleRun(output, await errors, process.ExitCode);
    }

    /// <summary>What it printed, where it ended well.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, Output + Errors);
        return Output;
    }

    /// <summary>The number in the last line, <c>figure NAME VALUE</c>.</summary>
    public double Figure(string name)
    {
        string[] last = Succeeded().TrimEnd().Split('\n')[^1].Split(' ');
        Assert.Equal(["figure", name], last[..2]);
        return double.Parse(last[2], CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a file that the sample wrote, and deletes it.</summary>
    public static async Task<string> Take(string file)
    {
        string path = Path.Combine(Repository.Root, file), text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        File.Delete(path);
        return text;
    }
}
