using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Unroll.Service.Tests;

/// <summary>An ASP.NET Core service with one model for all requests, under load.</summary>
public sealed partial class ServiceTests
{
    private const int Steps = 12, Callers = 16, Requests = 100;

    private static Model Made(int seed = 3) => new Model(new Gru(16), new Dense(2)) { Threads = 2 }.Build(new Shape(Steps, 1), seed);

    private static float[][] Windows { get; } =
        [.. Enumerable.Range(0, 50).Select(i => Enumerable.Range(0, Steps).Select(t => MathF.Sin(0.3f * t + i)).ToArray())];

    private static string Bits(IEnumerable<float> values) => string.Join(' ', values.Select(BitConverter.SingleToInt32Bits));

    [Fact]
    public async Task Every_answer_has_the_bits_that_one_thread_gets()
    {
        Model alone = Made();
        string[] expected = [.. Windows.Select(window => Bits(alone.Predict(window)))];
        await Serve(Made(), async (client, _) =>
        {
            int wrong = 0;
            await Parallel.ForEachAsync(Enumerable.Range(0, Callers), new ParallelOptions { MaxDegreeOfParallelism = Callers },
                async (caller, stop) =>
            {
                for (int i = 0; i < Requests; i++)
                {
                    int at = (i * 7 + caller * 3) % Windows.Length;
                    if (Bits(await Ask(client, "/predict", Windows[at], stop)) != expected[at])
                        Interlocked.Increment(ref wrong);
                }
            });
            Assert.Equal(0, wrong);
        });
    }

    [Fact]
    public async Task Beside_training_every_answer_is_that_of_some_step_and_training_is_undisturbed()
    {
        var samples = new ArraySamples([.. Windows.SelectMany(window => window)], new Shape(Steps, 1),
            [.. Windows.SelectMany(window => window[..2])], new Shape(2));
        TrainingOptions options = new() { Epochs = 20, BatchSize = 10, Seed = 1 };
        Model alone = Made();
        var possible = new HashSet<string> { Bits(alone.Predict(Windows[0])) };
        alone.Fit(samples, options, _ => possible.Add(Bits(alone.Predict(Windows[0]))), TestContext.Current.CancellationToken);
        await Serve(Made(), async (client, model) =>
        {
            using var ended = new CancellationTokenSource();
            var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
            Task asking = Parallel.ForEachAsync(Enumerable.Range(0, 4), new ParallelOptions { MaxDegreeOfParallelism = 4 },
                async (_, stop) =>
            {
                do
                    seen.Add(Bits(await Ask(client, "/predict", Windows[0], stop)));
                while (!ended.IsCancellationRequested);
            });
            await Task.Run(() => model.Fit(samples, options, _ => Thread.Yield(), TestContext.Current.CancellationToken));
            await ended.CancelAsync();
            await asking;
            Assert.NotEmpty(seen);
            Assert.Subset(possible, seen.ToHashSet());
            foreach (Parameter parameter in alone.Parameters)
                Assert.Equal(alone.GetWeights(parameter.Name), model.GetWeights(parameter.Name));
        });
    }

    [Fact]
    public async Task Each_client_has_states_of_its_own()
    {
        Model alone = Made();
        await Serve(Made(), async (client, _) => await Parallel.ForEachAsync(
            Enumerable.Range(0, Callers), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (caller, stop) =>
        {
            StreamingSession expected = alone.Stream();
            foreach (float value in Windows[caller])
                Assert.Equal(expected.Step(value).ToArray(), await Ask(client, $"/observe/client{caller}", [value], stop));
        }));
    }

    [Fact]
    public void The_other_parts_of_the_page_do_what_it_says()
    {
        string path = Saved(Made());
        Model model = ForecastService.LoadForRequests(path);
        Assert.Equal(1, model.Threads);
        ForecastService.PredictIntoSpans(model, Windows[0]);
        StreamingSession[] streams = [model.Stream(), model.Stream()];
        ForecastService.StepTogether(model, streams, [1, 2]);
        Assert.Equal(streams[0].SaveStates(), ForecastService.KeepAndGoOn(model, streams[0]));
        float[] assumed = ForecastService.WhatIf(streams[0], [3]);
        Assert.Equal(1, streams[0].Steps);
        Assert.Equal(assumed, streams[0].Step(3));
        var newest = new NewestModel(path);
        Model before = newest.Value, other = Made(seed: 4);
        other.Save(path);
        newest.Reload();
        Assert.Equal(Made().Predict(Windows[0]), before.Predict(Windows[0]));
        Assert.Equal(other.Predict(Windows[0]), newest.Value.Predict(Windows[0]));
        File.Delete(path);
    }

    /// <summary>Every block of code in docs/service.md stands, but for its indentation, in ForecastService.cs.</summary>
    [Fact]
    public void The_code_of_the_page_is_the_code_that_is_tested()
    {
        string source = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ForecastService.cs")));
        MatchCollection blocks = CSharpBlock().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "service.md")));
        Assert.True(blocks.Count >= 6);
        Assert.All(blocks, block => Assert.Contains(Lines(block.Groups[1].Value), source, StringComparison.Ordinal));

        static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    private static async Task<float[]> Ask(HttpClient client, string path, float[] values, CancellationToken stop)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync(path, values, stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<float[]>(stop))!;
    }

    private static string Saved(Model model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-service-{Guid.CreateVersion7():N}.unroll");
        model.Save(path);
        return path;
    }

    private static async Task Serve(Model model, Func<HttpClient, Model, Task> act)
    {
        string path = Saved(model);
        await using WebApplication app = ForecastService.Create(path);
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await act(client, app.Services.GetRequiredService<Model>());
        await app.StopAsync(TestContext.Current.CancellationToken);
        File.Delete(path);
    }
}
