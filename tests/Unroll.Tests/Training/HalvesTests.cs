using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Unroll.Halves;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>One training by two processes, each with half of the groups of every batch, is that of one process, to the bit.</summary>
public sealed class HalvesTests
{
    public static TheoryData<string> Names => [.. HalvedTrainings.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Two_processes_train_to_the_bits_of_one(string name)
    {
        using Process first = Start(name);
        string port = await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        using Process second = Start(name, port);
        string[] results = await Task.WhenAll(Result(first), Result(second));
        string alone = HalvedTrainings.Train(name);
        Assert.Equal(alone, results[0]);
        Assert.Equal(alone, results[1]);
    }

    [Fact]
    public async Task Where_the_other_process_is_killed_training_ends_with_one_line()
    {
        using Process first = Start("lstm");
        string port = await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, int.Parse(port), TestContext.Current.CancellationToken);

        // One step has begun: its message is on the way.
        await client.GetStream().ReadExactlyAsync(new byte[100], TestContext.Current.CancellationToken);
        client.Close();
        Assert.Equal("The other process of this training has ended, or the connection to it is lost. Start both processes again.\n",
            await Error(first));
    }

    /// <summary>Both see it, before they take a step.</summary>
    [Theory]
    [InlineData("lstm", 4, true, "its checksum of the weights is ")]
    [InlineData("gru", 3, true, "its rows of the batch is 104, here it is 37")]
    [InlineData("lstm", 3, false, "its half is 1, here it is 1")]
    public async Task What_is_not_the_other_half_is_refused(string name, int seed, bool isSecond, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var left = new TcpClient();
        await left.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using TcpClient right = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        Task<string> own = Refused(() => HalvedTrainings.Train("lstm", left.GetStream()));
        Task<string> other = Refused(() => HalvedTrainings.Train(name, right.GetStream(), isSecond, seed));
        string message = await own;
        Assert.StartsWith("The other process of this training does not do the other half of it: ", message);
        Assert.Contains(expected, message);
        Assert.StartsWith("The other process of this training does not do the other half of it: ", await other);
    }

    /// <summary>Its half would have other bits, and nobody could tell from the weights, which are the same in both.</summary>
    [Fact]
    public async Task A_processor_of_another_instruction_set_is_refused()
    {
        Assert.SkipWhen(Kernels<float>.Best.Name == "scalar", "There is no narrower instruction set.");
        using Process first = Start("lstm");
        string port = await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        ProcessStartInfo program = Program("lstm", port);
        program.Environment["DOTNET_EnableHWIntrinsic"] = "0";
        using Process second = Process.Start(program)!;
        string[] errors = await Task.WhenAll(Error(first), Error(second));
        Assert.Contains("its panel width of the instruction set is 3, here it is ", errors[0]);
        Assert.EndsWith(
            ", here it is 3. Start both with the same model, samples and options, on processors of the same instruction set, one as each "
                + "half.\n",
            errors[1]);
    }

    private static Task<string> Refused(Func<string> train) => Task.Factory.StartNew(
        () => Assert.Throws<UnrollException>(train).Message,
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task<string> Result(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return output;
    }

    /// <summary>What a process that ends with 1 has written on standard error, and nothing else.</summary>
    private static async Task<string> Error(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, ""), (process.ExitCode, await output));
        return error;
    }

    private static Process Start(params string[] arguments) => Process.Start(Program(arguments))!;

    private static ProcessStartInfo Program(params string[] arguments) => new(
        Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
        [Path.ChangeExtension(typeof(HalvedTrainings).Assembly.Location, ".dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
