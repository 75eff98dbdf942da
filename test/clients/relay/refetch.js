import { graphql } from 'relay-runtime';

// One for each type that is read again by its id.
export const poll = graphql`
  fragment refetch_poll on Poll @refetchable(queryName: "refetchPollQuery") {
    id
    title
  }
`;
export const question = graphql`
  fragment refetch_question on Question @refetchable(queryName: "refetchQuestionQuery") {
    id
    text
  }
`;
export const option = graphql`
  fragment refetch_option on QuestionOption @refetchable(queryName: "refetchOptionQuery") {
    id
    text
  }
`;
export const user = graphql`
  fragment refetch_user on TelegramUser @refetchable(queryName: "refetchUserQuery") {
    id
    firstName
  }
`;
export const campaign = graphql`
  fragment refetch_campaign on NotificationCampaign @refetchable(queryName: "refetchCampaignQuery") {
    id
    name
  }
`;
export const delivery = graphql`
  fragment refetch_delivery on Delivery @refetchable(queryName: "refetchDeliveryQuery") {
    id
    status
  }
`;
export const entry = graphql`
  fragment refetch_entry on AuditEntry @refetchable(queryName: "refetchEntryQuery") {
    id
    action
  }
`;
export const token = graphql`
  fragment refetch_token on ApiToken @refetchable(queryName: "refetchTokenQuery") {
    id
    name
  }
`;
