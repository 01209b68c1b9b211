#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// A network that is asked after every reading of a sensor: it says what the next reading will be. Two sensors, one model.
const int Window = 40;
float[] Wave(double speed, int count) => [.. Enumerable.Range(0, count).Select(t => (float)Math.Sin(speed * t))];
float[] known = Wave(0.3, 1000);
int[] starts = [.. Enumerable.Range(0, known.Length - Window)];
ISamples samples = Samples.From(starts, new Shape(Window, 1), start => known[start..(start + Window)], start => known[start + Window]);
Model model = new Model(new Gru(16), new Dense(1)).Build(new Shape(Window, 1), seed: 1);
model.Fit(samples, new TrainingOptions { Epochs = 10, Seed = 1, Optimizer = new Adam { LearningRate = 0.01 } });

// A stream keeps the states of one sequence. A step costs one step, however long the sequence is.
StreamingSession sensor = model.Stream(), other = model.Stream();
float[] readings = Wave(0.3, 101);
double error = 0;
for (int t = 0; t < 100; t++)
{
    float next = sensor.Step(readings[t])[0];
    other.Step(readings[t] / 2);
    if (t >= 50)
        error += Math.Abs(next - readings[t + 1]) / 50;
}

Console.WriteLine($"after {sensor.Steps} readings, mean error of the next one {error:F3}");

// The states outlive the process: here they go on in a stream that was opened later.
byte[] kept = sensor.SaveStates();
StreamingSession later = model.Stream();
later.RestoreStates(kept);
Console.WriteLine($"the same answer after a restart: {later.Step(readings[100])[0] == sensor.Step(readings[100])[0]}");

// A fork tries what could come, and the stream does not notice.
float assumed = sensor.Fork().Step(1)[0];
Console.WriteLine($"if the next reading were 1, then {assumed:F2}; the stream has seen {sensor.Steps}");
