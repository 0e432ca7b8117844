import { AIMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { RECORD_DECISION } from '../langgraph/record-decision.ts';

/** What the two models would say, written down, so that the example needs no key and does the same each time. */
export const planner = () =>
  fakeModel()
    .respondWithTools([{ name: 'ask_hotel_agent', args: { city: 'Lisbon', budget: 180 } }])
    .respondWithTools([
      {
        name: RECORD_DECISION,
        args: {
          reasoning_summary:
            'The hotel agent found a room at 140 EUR a night, within the travel budget of 180 EUR, so I book it with the morning train.',
          options_considered: [
            'Book Casa do Rio with the morning train - SELECTED',
            'Ask for a higher budget - NOT TRIGGERED (a hotel fits)',
          ],
          policy_references: ['travel-policy-v1.8'],
        },
      },
      { name: 'book_trip', args: { hotel: 'Casa do Rio', train: 'AV 182' } },
    ])
    .respond(new AIMessage('Booked: train AV 182 and three nights at Casa do Rio.'));

export const hotelFinder = () =>
  fakeModel()
    .respondWithTools([{ name: 'search_hotels', args: { city: 'Lisbon' } }])
    .respondWithTools([
      {
        name: RECORD_DECISION,
        args: {
          reasoning_summary: 'Of two hotels only Casa do Rio stays within 180 EUR a night.',
          options_considered: ['Casa do Rio - SELECTED', 'Grand Tejo - REJECTED (310 EUR a night)'],
          policy_references: ['travel-policy-v1.8'],
        },
      },
    ])
    .respond(new AIMessage('Casa do Rio'));
