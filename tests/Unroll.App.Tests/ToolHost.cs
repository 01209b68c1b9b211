using System.Collections.Concurrent;
using System.Diagnostics;

namespace Unroll.App.Tests;

/// <summary>A process of the tool that runs one command after another, as tests/Unroll.App.Host lets it.</summary>
internal sealed class ToolHost : IDisposable
{
    private static readonly ConcurrentBag<ToolHost> s_idle = [];

    private readonly Process _process;
    private readonly BinaryWriter _requests;
    private readonly BinaryReader _answers;

    private ToolHost()
    {
        var start = new ProcessStartInfo("dotnet", [Tool.Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Unroll.App.Host.dll") },
        };
        _process = Process.Start(start)!;
        _requests = new BinaryWriter(_process.StandardInput.BaseStream);
        _answers = new BinaryReader(_process.StandardOutput.BaseStream);
    }

    /// <summary>Runs a command in a folder, in a process that no other command is in meanwhile.</summary>
    /// <exception cref="TimeoutException">It ran for more than two minutes.</exception>
    public static ToolResult Run(string folder, string[] words)
    {
        if (!s_idle.TryTake(out ToolHost? host))
            host = new ToolHost();
        Task<ToolResult> answer = Task.Run(() => host.Answer(folder, words));
        if (Task.WaitAny([answer], Tool.Longest) < 0)
        {
            host.Dispose();
            throw Tool.TooLong(words);
        }

        if (answer.IsFaulted)
        {
            string said = host._process.StandardError.ReadToEnd();
            host.Dispose();
            throw new InvalidOperationException($"unroll {string.Join(' ', words)} ended its process: {said}", answer.Exception);
        }

        s_idle.Add(host);
        return answer.Result;
    }

    public void Dispose()
    {
        _process.Kill();
        _requests.Dispose();
        _answers.Dispose();
        _process.Dispose();
    }

    private ToolResult Answer(string folder, string[] words)
    {
        _requests.Write(words.Length);
        _requests.Write(folder);
        foreach (string word in words)
            _requests.Write(word);
        _requests.Flush();
        return new ToolResult(_answers.ReadInt32(), _answers.ReadString(), _answers.ReadString());
    }
}
