using System.IO.Compression;
using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>The code of docs/dotnet.md, which is run.</summary>
public sealed partial class DotnetPage : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-dotnet-").FullName;

    private static TrainingOptions Options { get; } = new() { Epochs = 3 };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every block of C# in docs/dotnet.md stands, but for its indentation, in this file.</summary>
    [Fact]
    public void The_page_has_the_code_that_is_run()
    {
        string code = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "DotnetPage.cs")));
        MatchCollection blocks = CSharpBlock().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "dotnet.md")));
        Assert.True(blocks.Count > 10);
        Assert.All(blocks, block => Assert.Contains(Lines(block.Groups[1].Value), code, StringComparison.Ordinal));

        static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();
    }

    [Fact]
    public async Task Services()
    {
        string path = Path.Combine(_folder, "prices.unroll");
        Made.Model().Save(path);
        WebApplicationBuilder builder = Builder();
        builder.Services.AddUnrollModel(path, o => o.Threads = 1);
        builder.Services.AddHealthChecks().AddUnrollModel();
        WebApplication app = builder.Build();
        app.MapPost("/predict", (float[] window, UnrollModel model) => model.Current.Predict(window));
        app.MapHealthChecks("/health");
        using HttpClient client = await Started(app);
        HttpResponseMessage answer = await client.PostAsJsonAsync("/predict", Made.Values(12));
        Assert.Equal(Made.Model().Predict(Made.Values(12)), await answer.Content.ReadFromJsonAsync<float[]>());
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Services_with_keys()
    {
        string path = Path.Combine(_folder, "prices.unroll"), forecastPath = Path.Combine(_folder, "forecast.unroll");
        Made.Model().Save(path);
        var ridge = new RidgeForecaster();
        ridge.Fit(Made.Task());
        ForecastFile.Save(ridge, forecastPath);
        WebApplicationBuilder builder = Builder();
        builder.Services.AddKeyedUnrollModel("prices", path);
        builder.Services.AddUnrollForecaster(forecastPath);
        WebApplication app = builder.Build();
        app.MapPost("/prices", (float[] window, [FromKeyedServices("prices")] UnrollModel model) => model.Current.Predict(window));
        app.MapPost("/next", (Day[] days, UnrollForecaster forecaster) =>
            forecaster.Current.Predict(TimeSeries.From(days, day => day.Date, ("sales", day => day.Sales)), 3).Parts[0].Rows());
        using HttpClient client = await Started(app);
        HttpResponseMessage answer = await client.PostAsJsonAsync("/prices", Made.Values(12));
        Assert.Equal(Made.Model().Predict(Made.Values(12)), await answer.Content.ReadFromJsonAsync<float[]>());
        TimeSeries table = Made.Table(120);
        Day[] all = [.. table.Dates.Select((date, i) => new Day(date, table["sales"].Values[i]))];
        ForecastRow[] rows = (await (await client.PostAsJsonAsync("/next", all)).Content.ReadFromJsonAsync<ForecastRow[]>())!;
        Assert.Equal(Made.Ahead(ridge, Made.Task(), 3), rows.Select(row => row.Value));
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Logs_and_cancellation()
    {
        Model model = Made.Model();
        ISamples samples = Made.Samples();
        TrainingOptions options = Options;
        var logger = new LogLines();
        ForecastTask task = Made.Task();
        var blend = new BlendForecaster([new RidgeForecaster(), new NaiveForecaster()]);
        using var stop = new CancellationTokenSource();
        {
            model.Fit(samples, options, logger.LogTraining);
            History history = await model.FitAsync(samples, options, logger.TrainingProgress(), stop.Token);
            blend.Fit(task, logger.ForecastProgress(), stop.Token);
            Assert.Equal(3, history.Epochs.Count);
        }

        Assert.NotEmpty(logger.Lines);
        await foreach (TrainingEvent moment in model.FitEventsAsync(samples, options))
        {
            if (moment.Kind == TrainingEventKind.EpochEnded && moment.Loss < 0.3)
                break;
        }

        await stop.CancelAsync();
        try
        {
            await model.FitAsync(samples, options, progress: null, stop.Token);
        }
        catch (TrainingCanceledException stopped)
        {
            Console.WriteLine($"{stopped.History.Epochs.Count} epochs; the model has epoch {stopped.History.KeptEpoch}");
        }
    }

    [Fact]
    public async Task Streams()
    {
        Model model = Made.Model();
        string archive = Path.Combine(_folder, "models.zip");
        using (var zip = new ZipArchive(File.Create(archive), ZipArchiveMode.Create))
        using (Stream entry = zip.CreateEntry("prices.unroll").Open())
            model.Save(entry);
        using ZipArchive read = ZipFile.OpenRead(archive);
        using Stream stored = read.GetEntry("prices.unroll")!.Open();
        Model loaded = await Model.LoadAsync(stored, "prices.unroll");
        Assert.Equal(Made.Weights(model), Made.Weights(loaded));
    }

    [Fact]
    public async Task Data()
    {
        Order[] orders = [.. Enumerable.Range(0, 40).Select(i => new Order(Made.Values(60, i), i % 5, i % 3, i % 2, 1))];
        TrainingOptions options = Options;
        ISamples samples = Samples.From(orders, new Shape(30, 2), order => order.Days, order => order.Sold);
        new Model(new Gru(3), new Dense(1)).Fit(samples, options);
        SampleMap<Order> map = new SampleMap<Order>()
            .Input(new Shape(30, 2), (order, x) => order.Days.CopyTo(x))
            .Input(new Shape(2), order => [order.Size, order.Age])
            .Target(order => order.Sold)
            .Weight(order => order.Importance);
        Node days = Node.Input(new Shape(30, 2)), facts = Node.Input(new Shape(2));
        Model model = new([days, facts], [new Dense(1).Apply(new Concatenate().Apply(new Gru(3).Apply(days), facts))]);
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _folder;
        await FileSamples.WriteAsync("orders.samples", map, ReadOrders());
        using var file = new FileSamples("orders.samples");
        model.Fit(file, options);
        Environment.CurrentDirectory = before;

        async IAsyncEnumerable<Order> ReadOrders()
        {
            foreach (Order order in orders)
            {
                await Task.Yield();
                yield return order;
            }
        }
    }

    [Fact]
    public void Windows()
    {
        double[] sales = [.. Made.Values(100)], temperature = [.. Made.Values(100, 4)],
            weekend = [.. Enumerable.Range(0, 100).Select(i => i % 7 / 5 * 1.0)];
        TrainingOptions options = Options;
        var windows = new WindowedSamples([sales, temperature], [sales], window: 28, steps: 7) { Known = [weekend] };
        Node past = Node.Input(new Shape(28, 2)), ahead = Node.Input(new Shape(7, 1));
        Node both = new Concatenate().Apply(new Gru(8).Apply(past), new Flatten().Apply(ahead));
        Model network = new Model([past, ahead], [new Dense(7).Apply(both)]).Build(seed: 1);
        network.Fit(windows, options);
        Assert.Equal(66, windows.Count);
    }

    [Fact]
    public void Tokens_and_tensors()
    {
        Model classifier = new Model(new Embedding(10, 4) { MaskZero = true }, new Gru(3), new Dense(2)).Build(new Shape(20), seed: 1);
        int[] tokens = [1, 2, 3];
        int[][] sequences = [[1, 2], [3, 4, 5]];
        float[] one = classifier.Predict(tokens);                     // int[] or ReadOnlySpan<int>, at most T
        float[] many = classifier.Predict(sequences);                 // IReadOnlyList<int[]>
        float[] chances = classifier.PredictProbabilities(new TokenSamples(sequences, 20), new SparseCategoricalCrossEntropy());
        Assert.Equal((2, 4, 4), (one.Length, many.Length, chances.Length));
        Model model = new Model(new Gru(3), new Dense(1)).Build(new Shape(30, 2), seed: 1);
        float[] values = Made.Values(120);
        Tensor<float> forecasts = model.Predict(Tensor.Create(values, [2, 30, 2]));     // [2, 1]
        Assert.Equal([2, 1], forecasts.Lengths.ToArray());
    }

    private static WebApplicationBuilder Builder()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        return builder;
    }

    private static async Task<HttpClient> Started(WebApplication app)
    {
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    private sealed record Day(DateTime Date, double Sales);

    private sealed record Order(float[] Days, float Sold, float Size, float Age, float Importance);
}
